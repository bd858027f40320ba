import { z } from 'zod';
import { emailSchema, lineSchema, phoneSchema } from '../../_kernel/validation/text.js';

export const newClientSchema = z.object({
  displayName: lineSchema(100),
  email: emailSchema.nullish(),
  phone: phoneSchema.nullish(),
  userId: z.string().nullish(),
});

export const clientChangeSchema = z.object({
  displayName: lineSchema(100).nullish(),
  email: emailSchema.nullish(),
  phone: phoneSchema.nullish(),
});

/** What a person is called whose name nobody has said yet. */
const UNNAMED = 'Client';

export const nameOf = (client: { readonly displayName: string | null }): string => client.displayName ?? UNNAMED;
