import { z } from 'zod';

export const newClientSchema = z.object({
  displayName: z
    .string()
    .trim()
    .min(1, 'must not be empty')
    .max(100, 'must be at most 100 characters long')
    .regex(/^[^\p{Cc}]*$/u, 'must not contain control characters'),
  email: z
    .string()
    .trim()
    .toLowerCase()
    .max(254, 'must be at most 254 characters long')
    .pipe(z.email('must be an e-mail address'))
    .nullish(),
  phone: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/, 'must be an international number such as +4930123456')
    .nullish(),
  userId: z.string().nullish(),
});

/** What a person is called whose name nobody has said yet. */
const UNNAMED = 'Client';

export const nameOf = (client: { readonly displayName: string | null }): string => client.displayName ?? UNNAMED;
