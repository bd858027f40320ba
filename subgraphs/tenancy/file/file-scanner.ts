import type { Readable } from 'node:stream';

/** Looks for what harms in what was uploaded: the place to put a virus scanner. */
export interface FileScanner {
  /** @returns why a file must not be kept; null when nothing was found */
  scan(file: { readonly name: string; readonly contentType: string; readonly size: number }, bytes: () => Promise<Readable>): Promise<string | null>;
}

/** Where no scanner was put: nothing is found. */
export const noScanner: FileScanner = { scan: async () => null };
