import { v7 } from 'uuid';

/** A new time-ordered id (RFC 9562, version 7); within one process each is greater than the one before. */
export const uuidv7 = (): string => v7();

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether a text is a UUID as we write them: lower case, with hyphens. */
export const isUuid = (text: string): boolean => UUID.test(text);
