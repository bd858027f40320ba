import type { RequestContext } from '../../subgraphs/_kernel/request/request-context.js';
import type { TenantIdentity } from '../../subgraphs/_kernel/wire/tenant.js';
import type { Subgraphs } from '../../subgraphs/registry.js';
import type { IndustryPack } from './industry.js';
import type { SeedParts } from './seed-parts.js';
import { addCatalogue, addMembers, seedContext, tenantOf } from './seed-tenant.js';

/** As many rules, resources and services as a pack may bring are found again. */
const MOST = 500;

async function addResources(
  { resources }: Subgraphs['booking']['services'],
  context: RequestContext,
  pack: IndustryPack,
  serviceIds: ReadonlyMap<string, string>,
): Promise<void> {
  const { edges } = await resources.list(context, { first: MOST });
  const known = new Set(edges.map(({ node }) => node.name));
  for (const resource of pack.resources) {
    if (!known.has(resource.name)) await resources.create(context, resource);
  }
  for (const { key, resources: needed } of pack.services) {
    if (needed.length > 0) {
      await resources.require(context, serviceIds.get(key) ?? '', { resources: needed, qualifications: [] });
    }
  }
}

/** Steps that the company has set itself since then stay. */
async function addSteps(
  { progress }: Subgraphs['booking']['services'],
  context: RequestContext,
  pack: IndustryPack,
  serviceIds: ReadonlyMap<string, string>,
): Promise<void> {
  for (const { key, steps } of pack.services) {
    const id = serviceIds.get(key) ?? '';
    if (steps.length > 0 && (await progress.stepsOf(context, id)).length === 0) await progress.setSteps(context, id, steps);
  }
}

async function addProcesses({ tenancy }: Subgraphs, context: RequestContext, pack: IndustryPack): Promise<void> {
  const { config, workflows } = tenancy.services;
  const labels = Object.entries(pack.labels).map(([thing, label]) => [`labels.${thing}`, label]);
  await config.update(context, Object.fromEntries(labels));
  for (const workflow of pack.workflows) await workflows.definitions.publish(context, workflow);
  const known = new Set((await workflows.automation.list(context)).map(({ name }) => name));
  for (const rule of pack.rules) {
    if (!known.has(rule.name)) await workflows.automation.create(context, rule);
  }
}

/** Words that the company has chosen itself since then stay. */
async function addMails({ mailWordings }: Subgraphs['ops']['services'], context: RequestContext, pack: IndustryPack): Promise<void> {
  for (const mail of pack.mails) {
    const used = await mailWordings.list(context, { locale: mail.locale });
    const isOwn = used.some(({ template, updatedAt }) => template === mail.template && updatedAt !== null);
    if (!isOwn) await mailWordings.set(context, mail);
  }
}

/**
 * Makes the company of a pack, through the same services its staff would use. May be run again at any time: what is
 * there already stays as it is. Nothing of it waits for the subgraphs to react to one another.
 */
export async function seedIndustry(parts: SeedParts, pack: IndustryPack): Promise<TenantIdentity> {
  const { runtime, subgraphs } = parts;
  const tenant = await tenantOf(parts, pack.company);
  const context = seedContext(runtime, tenant);
  await addMembers(parts, context);
  const { booking } = subgraphs;
  const offered = { services: pack.services.map(({ resources: _needed, steps: _steps, ...service }) => service), providers: pack.providers };
  const { serviceIds } = await addCatalogue(parts, context, offered);
  await addResources(booking.services, context, pack, serviceIds);
  await addSteps(booking.services, context, pack, serviceIds);
  await booking.services.reminders.setRule(context, { serviceId: null, leadMinutes: pack.reminders, quietHours: null });
  await addMails(subgraphs.ops.services, context, pack);
  await addProcesses(subgraphs, context, pack);
  return tenant;
}
