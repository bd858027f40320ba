import type { z } from 'zod';
import type { definitionSchema } from '../definition/definition.js';

/** A definition as it is written down. */
export type ShippedDefinition = z.input<typeof definitionSchema>;
