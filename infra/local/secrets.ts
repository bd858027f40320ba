import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';

const secretsSchema = z.object({
  envelopeSecret: z.string().min(32),
  encryptionKey: z.string().min(32),
  stripeSecretKey: z.string(),
  stripeWebhookSecret: z.string(),
});

export type LocalSecrets = z.infer<typeof secretsSchema>;

const random = (): string => randomBytes(32).toString('base64url');

/** The secrets of a local installation: made once, kept beside its data, readable by its owner only. */
export async function localSecrets(folder: string): Promise<LocalSecrets> {
  const file = path.join(folder, 'secrets.json');
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (kept !== null) {
    const parsed = secretsSchema.safeParse(JSON.parse(kept));
    if (!parsed.success) throw new Error(`${file} is not what was written there: restore it, or remove ${folder} to start afresh.`);
    return parsed.data;
  }
  const made: LocalSecrets = {
    envelopeSecret: random(),
    encryptionKey: random(),
    stripeSecretKey: `sk_test_${random().replaceAll(/[^A-Za-z0-9]/g, '')}`,
    stripeWebhookSecret: `whsec_${random().replaceAll(/[^A-Za-z0-9]/g, '')}`,
  };
  await mkdir(folder, { recursive: true });
  await writeFile(file, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 });
  return made;
}
