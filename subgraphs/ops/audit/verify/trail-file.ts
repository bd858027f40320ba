import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { commitmentTo, isForgotten } from '../log/leaf.js';
import { parseVerifier, type Verifier } from '../log/signed-note.js';
import type { FoundLeaf, FoundTrail } from './check-trail.js';

/** A log as a file: a JSON document a line. First the log, then its checkpoints, then its entries in their order. */
export const TRAIL_FORMAT = 'spine-audit-log/1';

const headerLine = z.object({ format: z.literal(TRAIL_FORMAT), verifierKey: z.string() });
const checkpointLine = z.object({ checkpoint: z.string() });
const entryLine = z.object({
  index: z.int().nonnegative(),
  entry: z.string(),
  /** Null where address and browser are forgotten: nothing is vouched for then. */
  clientSalt: z.string().nullable(),
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
});

export type TrailFileEntry = z.infer<typeof entryLine>;

/** The lines of such a file. */
export const headerOf = (verifierKey: string): string => JSON.stringify({ format: TRAIL_FORMAT, verifierKey });
export const checkpointLineOf = (checkpoint: string): string => JSON.stringify({ checkpoint });
export const entryLineOf = (entry: TrailFileEntry): string => JSON.stringify(entry);

/** The file cannot be read as a log; the message says where. */
export class TrailFileError extends Error {
  override readonly name = 'TrailFileError';
}

function parsed<Shape extends z.ZodType>(line: string, number: number, shape: Shape): z.infer<Shape> {
  try {
    return shape.parse(JSON.parse(line));
  } catch {
    throw new TrailFileError(`Line ${number} is not what stands there in a ${TRAIL_FORMAT} file`);
  }
}

const textFields = z.object({ id: z.string(), client: z.string() });

/** @throws {TrailFileError} */
export const entryIn = (line: string, number: number): TrailFileEntry => parsed(line, number, entryLine);

/** An entry of a file as a leaf of the log. */
export function foundLeafOf({ index, entry, clientSalt, ip, userAgent }: TrailFileEntry, keptHash: Buffer | null): FoundLeaf {
  // The text is canonical JSON; one that is none has a hash all the same, and that tells.
  const { id, client } = textFields.safeParse(JSON.parse(entry)).data ?? { id: '?', client: '' };
  if (clientSalt === null) return { index, id, text: entry, keptHash, clientHolds: isForgotten({ ip, userAgent }) };
  const commitment = commitmentTo(Buffer.from(clientSalt, 'base64'), { ip, userAgent }).toString('hex');
  return { index, id, text: entry, keptHash, clientHolds: commitment === client };
}

/**
 * Opens a log that was exported.
 * @param key with which its checkpoints are to be checked; the one that it brings along when null
 * @throws {TrailFileError} when it is no such file
 */
export async function openTrailFile(path: string, key: Verifier | null): Promise<FoundTrail> {
  const lines = createInterface({ input: createReadStream(path, 'utf8'), crlfDelay: Infinity })[Symbol.asyncIterator]();
  let number = 0;
  const nextLine = async (): Promise<string | null> => {
    const next = await lines.next();
    number += 1;
    return next.done || next.value === '' ? null : next.value;
  };
  const verifier = parseVerifier(parsed((await nextLine()) ?? '', 1, headerLine).verifierKey);
  if (!verifier) throw new TrailFileError('Line 1 has no verifier key');

  const checkpoints: string[] = [];
  let line = await nextLine();
  for (; line?.startsWith('{"checkpoint"'); line = await nextLine()) {
    checkpoints.push(parsed(line, number, checkpointLine).checkpoint);
  }
  const leaves = async function* (): AsyncGenerator<FoundLeaf> {
    for (; line !== null; line = await nextLine()) yield foundLeafOf(entryIn(line, number), null);
  };
  return { origin: verifier.name, publicKey: key?.publicKey ?? verifier.publicKey, checkpoints, leaves: leaves(), strays: [] };
}
