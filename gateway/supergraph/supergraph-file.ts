import { watch } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { GatewayLogger } from '../logger.js';

/** An editor or a deployment writes a file in several steps; only what it comes to is looked at. */
const SETTLE_MS = 200;

export interface WatchedFile {
  close(): void;
}

/**
 * Hands on every new content of the supergraph's file, however it comes to be there: written in place, or
 * moved over the old one. What `take` refuses is logged, and the supergraph in use stays.
 */
export function watchSupergraphFile(
  file: string,
  present: string,
  take: (supergraphSdl: string) => void,
  logger: GatewayLogger,
): WatchedFile {
  let known = present;
  let timer: NodeJS.Timeout | undefined;

  const look = async (): Promise<void> => {
    const content = await readFile(file, 'utf8').catch(() => null);
    // Between two steps of a deployment the file may be missing or empty for a moment.
    if (content === null || content.trim() === '' || content === known) return;
    known = content;
    try {
      take(content);
      logger.info({ file }, 'a new supergraph was taken over');
    } catch (error) {
      logger.error({ err: error, file }, 'the new supergraph was refused; the present one stays');
    }
  };

  // The folder, because a file that is replaced is another file.
  const watcher = watch(path.dirname(file), (_event, name) => {
    if (name !== null && name !== path.basename(file)) return;
    clearTimeout(timer);
    timer = setTimeout(() => void look(), SETTLE_MS);
    timer.unref();
  });
  watcher.on('error', (error) => logger.warn({ err: error, file }, 'the supergraph is not watched any more'));

  return {
    close() {
      clearTimeout(timer);
      watcher.close();
    },
  };
}
