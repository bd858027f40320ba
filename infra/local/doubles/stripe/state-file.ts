import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** One line of the file: the object's new value, or null when it is gone. */
export interface StateChange {
  readonly collection: string;
  readonly id: string;
  readonly value: unknown;
}

/**
 * The double's memory across restarts: a file of JSON lines, one change each, later ones winning. Appending costs
 * the same however much is kept, and a line torn by a crash is recognised and dropped.
 */
export class StateFile {
  readonly #path: string;
  #unwritten: string[] = [];
  #writing: Promise<void> | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** What was kept, oldest change first. An absent file is an empty memory. */
  async read(): Promise<readonly StateChange[]> {
    const text = await readFile(this.#path, 'utf8').catch((error: unknown) => {
      if (isMissingFile(error)) return '';
      throw error;
    });
    // Only a line that ends is whole; what follows the last line end was cut off by a crash and never answered for.
    return text.split('\n').slice(0, -1).map(parseChange);
  }

  /** Replaces the file by these changes alone, in one step: a crash leaves either the old file or the new one. */
  async compact(changes: readonly StateChange[]): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true });
    const temporary = `${this.#path}.new`;
    await writeFile(temporary, changes.map(lineOf).join(''), { mode: 0o600 });
    await rename(temporary, this.#path);
  }

  append(change: StateChange): void {
    this.#unwritten.push(lineOf(change));
  }

  /** Resolves when every change appended before the call is in the file. Callers meeting here share one write. */
  async flush(): Promise<void> {
    while (this.#writing !== null || this.#unwritten.length > 0) {
      this.#writing ??= this.#write();
      await this.#writing;
    }
  }

  async #write(): Promise<void> {
    const lines = this.#unwritten.join('');
    this.#unwritten = [];
    try {
      await appendFile(this.#path, lines);
    } finally {
      this.#writing = null;
    }
  }
}

const lineOf = (change: StateChange): string => `${JSON.stringify(change)}\n`;

function parseChange(line: string, index: number): StateChange {
  const parsed: unknown = JSON.parse(line);
  if (
    typeof parsed === 'object' &&
    parsed !== null &&
    'collection' in parsed &&
    typeof parsed.collection === 'string' &&
    'id' in parsed &&
    typeof parsed.id === 'string' &&
    'value' in parsed
  ) {
    return { collection: parsed.collection, id: parsed.id, value: parsed.value };
  }
  throw new Error(`line ${index + 1} of the state file is not a change`);
}

const isMissingFile = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT';
