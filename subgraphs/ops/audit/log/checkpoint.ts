import type { Note } from './signed-note.js';

/** A head of a tree. */
export interface TreeHead {
  /** Which log: unique, and the name of the key that signs it. */
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
}

const ROOT_BYTES = 32;

/** What is signed of a head: C2SP tlog-checkpoint, without extensions. */
export const checkpointText = ({ origin, size, root }: TreeHead): string =>
  `${origin}\n${size}\n${root.toString('base64')}\n`;

/** The head that a note tells of; null when it tells of none. Lines behind the third are extensions, and allowed. */
export function headIn({ text }: Note): TreeHead | null {
  const [origin, size, encoded] = text.split('\n');
  const root = Buffer.from(encoded ?? '', 'base64');
  if (!origin || !/^(0|[1-9]\d{0,15})$/.test(size ?? '') || root.length !== ROOT_BYTES) return null;
  return root.toString('base64') === encoded ? { origin, size: Number(size), root } : null;
}

/** The log of a tenant's entries. @param logName of the installation, such as its domain */
export const originOf = (logName: string, tenantId: string): string => `${logName}/audit/${tenantId.replaceAll('-', '')}`;
