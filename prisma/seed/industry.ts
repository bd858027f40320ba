import { readdir, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { newWordingSchema } from '../../subgraphs/ops/mail/wording/mail-wording.js';
import { newTenantSchema } from '../../subgraphs/tenancy/tenant/tenant.js';
import { ruleSchema } from '../../subgraphs/tenancy/workflow/automation/rule.js';
import { newServiceSchema } from '../../subgraphs/booking/catalogue/catalogue.js';
import { PROVIDER_TYPES } from '../../subgraphs/booking/provider/provider.js';
import { stepsSchema } from '../../subgraphs/booking/progress/progress.js';
import { requirementsSchema } from '../../subgraphs/booking/resource/resource.js';
import { lineSchema, textSchema } from '../../subgraphs/_kernel/validation/text.js';

const FOLDER = new URL('./industries/', import.meta.url);
const ENDING = '.json';

const keySchema = z.string().regex(/^[a-z][a-z0-9-]*$/, 'must be lower-case words joined by hyphens');
const label = z.strictObject({ one: lineSchema(60), many: lineSchema(60) });
const stretch = z.tuple([z.string(), z.string()]);

const serviceSchema = z.strictObject({
  ...newServiceSchema.omit({ priceAmount: true, status: true, description: true, stay: true }).shape,
  key: keySchema,
  description: textSchema(2_000),
  /** Minor units of the company's currency. */
  price: z.int().min(0),
  /** For what is booked by the night, at the price for each; checked when it is made. */
  stay: z.strictObject({ checkIn: z.string(), checkOut: z.string(), minNights: z.int(), maxNights: z.int() }).optional(),
  /** Kinds of resources one booking needs, and how much of each. */
  resources: requirementsSchema.shape.resources.default([]),
  /** What it goes through where it is more than one booking. */
  steps: stepsSchema.shape.steps.default([]),
});

const providerSchema = z.strictObject({
  name: lineSchema(120),
  type: z.enum(PROVIDER_TYPES),
  bio: textSchema(2_000),
  /** Keys of the services it offers. */
  services: z.array(keySchema).min(1),
  /** By ISO weekday, Monday first: from and to as `HH:MM`. */
  week: z.array(z.array(stretch)).length(7, 'must have seven days'),
});

const packSchema = z.strictObject({
  name: lineSchema(60),
  company: newTenantSchema.omit({ owner: true }).extend({ website: z.url(), description: textSchema(2_000) }).strict(),
  /** What the business calls things; programs read it from the company's configuration, below `labels.` */
  labels: z.strictObject({ booking: label, provider: label, client: label, service: label }),
  /** When clients are reminded, in minutes before the start. */
  reminders: z.array(z.int()),
  /** Mails in the words of the business. */
  mails: z.array(z.strictObject(newWordingSchema.shape)),
  resources: z.array(z.strictObject({ name: lineSchema(120), kind: lineSchema(60), capacity: z.int().min(1) })),
  services: z.array(serviceSchema).min(1),
  providers: z.array(providerSchema).min(1),
  /** Checked by the engine when they are published. */
  workflows: z.array(z.looseObject({ key: z.string() })).min(1),
  rules: z.array(ruleSchema),
});

/** A business as data: what it calls things, how it works, what it offers, and a company to try it with. */
export type IndustryPack = z.output<typeof packSchema>;

/** The packs there are, by name. */
export async function industries(): Promise<readonly string[]> {
  const files = await readdir(FOLDER);
  return files.filter((file) => file.endsWith(ENDING)).map((file) => file.slice(0, -ENDING.length)).sort();
}

/** @throws Error in one sentence for a pack that is not there, or that is not as it must be */
export async function readIndustry(name: string): Promise<IndustryPack> {
  const known = await industries();
  if (!known.includes(name)) throw new Error(`There is no industry ${JSON.stringify(name)}; choose ${known.join(', ')}.`);
  const parsed = packSchema.safeParse(JSON.parse(await readFile(new URL(`${name}${ENDING}`, FOLDER), 'utf8')));
  if (!parsed.success) throw new Error(`The industry ${name} is not as it must be:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}
