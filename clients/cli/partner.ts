import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createPartnerClient, type PartnerConnection } from '../partner/partner-client.js';

const USAGE = `Shows a company's services with the next free times, as a partner's program would ask for them.

  npm run partner -- --host acme.localhost --key KEY

  --url URL        where the gateway listens (http://127.0.0.1:4000)
  --manifest FILE  the operations that were published (schema/partner-operations.json)
`;

const MANIFEST = new URL('../../schema/partner-operations.json', import.meta.url);

function priceOf({ amount, currency }: { readonly amount: number; readonly currency: string }): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency });
  return format.format(amount / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      url: { type: 'string', default: 'http://127.0.0.1:4000' },
      host: { type: 'string' },
      key: { type: 'string' },
      manifest: { type: 'string' },
    },
  });
  if (!values.host || !values.key) throw new Error(USAGE);
  const manifest = JSON.parse(await readFile(values.manifest ?? MANIFEST, 'utf8')) as PartnerConnection['manifest'];
  const client = createPartnerClient({ url: values.url, host: values.host, apiKey: values.key, manifest });

  const { data, errors } = await client.query('Services', { first: 5 });
  if (!data?.services) throw new Error(errors?.map(({ message }) => message).join('\n') ?? 'No answer');
  const from = new Date().toISOString().slice(0, 10);
  for (const { node } of data.services.edges) {
    console.log(`${node.name}, ${node.durationMinutes} minutes, ${priceOf(node.price)}`);
    const slots = await client.query('AvailableSlots', { serviceId: node.id, from, first: 3 });
    for (const { node: slot } of slots.data?.availableSlots?.edges ?? []) console.log(`  ${slot.startsAt} ${slot.provider.name}`);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
