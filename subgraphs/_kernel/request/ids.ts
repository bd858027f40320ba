import { v7 } from 'uuid';

/** A new time-ordered id (RFC 9562, version 7); within one process each is greater than the one before. */
export const uuidv7 = (): string => v7();
