import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { SubgraphSource } from './supergraph.js';

const roverConfig = z.object({
  subgraphs: z.record(
    z.string(),
    z.object({ routing_url: z.string(), schema: z.object({ file: z.string() }) }),
  ),
});

/** The file that lists the subgraphs cannot be used; the message says why. */
export class RoverConfigError extends Error {
  override readonly name = 'RoverConfigError';
}

/**
 * Reads the subgraphs that a rover.yaml lists, schemas included.
 * @throws {RoverConfigError}
 */
export async function readSubgraphSources(file: string): Promise<readonly SubgraphSource[]> {
  const config = roverConfig.safeParse(parse(await readFile(file, 'utf8')));
  if (!config.success) {
    const [issue] = config.error.issues;
    throw new RoverConfigError(`${path.basename(file)}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is not valid'}.`);
  }
  return Promise.all(
    Object.entries(config.data.subgraphs).map(async ([name, { routing_url, schema }]) => {
      const schemaFile = path.resolve(path.dirname(file), schema.file);
      try {
        return { name, routingUrl: routing_url, sdl: await readFile(schemaFile, 'utf8') };
      } catch (error) {
        throw new RoverConfigError(`The schema of ${name} cannot be read from ${schema.file}.`, { cause: error });
      }
    }),
  );
}
