import { z } from 'zod';
import { lineSchema } from '../../../_kernel/validation/text.js';

export const newScimTokenSchema = z.object({
  name: lineSchema(80),
  defaultRole: z.string(),
  expiresAt: z.date().nullable(),
});

/** How long a use may go unwritten, in milliseconds: a directory asks many times a second while it catches up. */
export const USE_NOTED_EVERY_MS = 60_000;
