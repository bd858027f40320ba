import { Refusal } from '../refusal.js';

/** The document holds several operations and none is named, or none of that name. */
export const noSuchOperation = (): Refusal => new Refusal('BAD_USER_INPUT', 'The document holds no such operation');
