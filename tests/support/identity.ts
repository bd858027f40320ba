import { z } from 'zod';
import { MAIL_PURPOSE } from '../../subgraphs/_kernel/mail/mail.js';
import type { TenantIdentity } from '../../subgraphs/_kernel/wire/tenant.js';
import type { IdentityEvents } from '../../subgraphs/identity/events.js';
import type { IdentityServices } from '../../subgraphs/identity/services.js';
import { createIdentity, type IdentityConfig } from '../../subgraphs/identity/subgraph.js';
import { startHostedSubgraph, type HostedSubgraph } from './hosted-subgraph.js';
import { ACME, createTestClock } from './runtime.js';

const mailSchema = z.object({
  to: z.string(),
  values: z.looseObject({ link: z.string().optional(), code: z.string().optional() }),
});

/** A mail as identity asked for it. */
export interface RequestedMail {
  readonly template: string;
  readonly to: string;
  readonly link: string | undefined;
  /** What stands behind `token=` in the link. */
  readonly token: string | undefined;
  readonly code: string | undefined;
}

export interface TestIdentity extends HostedSubgraph<IdentityServices, IdentityEvents> {
  /** Mails that were asked for, newest first, once identity has dealt with all that happened. */
  mails(to: string, tenant?: TenantIdentity): Promise<readonly RequestedMail[]>;
  /** Types of the events a tenant has written, oldest first. */
  eventTypes(tenant?: TenantIdentity): Promise<readonly string[]>;
}

/**
 * Identity at work on a database of its own.
 * @param config where it should be set up otherwise than most tests need it
 */
export async function startTestIdentity(config: Partial<IdentityConfig> = {}): Promise<TestIdentity> {
  const clock = createTestClock();
  const hosted = await startHostedSubgraph<IdentityServices, IdentityEvents>(
    (runtime) => createIdentity(runtime, { issuer: 'http://spine.example', appName: 'Spine', ...config }),
    clock,
  );
  const events = async (tenant: TenantIdentity) => {
    await hosted.settle(tenant);
    const db = hosted.runtime.database.tenants.of({ tenant });
    // That a mutation was answered is the kernel's to tell, of whatever subgraph.
    return db.outboxEvent.findMany({ where: { NOT: { type: { startsWith: 'kernel.' } } }, orderBy: { id: 'asc' } });
  };
  return {
    ...hosted,
    get host() {
      return hosted.host;
    },
    async mails(to, tenant = ACME) {
      // Of whoever was erased there is nothing under seal any more.
      const isKept = (payload: unknown): boolean => (payload as IdentityEvents['identity.mail_requested']).sealed !== '';
      const asked = (await events(tenant)).filter(({ type, payload }) => type === 'identity.mail_requested' && isKept(payload));
      return asked
        .map(({ payload }) => {
          const { template, sealed } = payload as unknown as IdentityEvents['identity.mail_requested'];
          const { to: recipient, values } = mailSchema.parse(JSON.parse(hosted.runtime.secretBox.open(sealed, MAIL_PURPOSE)));
          const token = values.link === undefined ? undefined : (new URL(values.link).searchParams.get('token') ?? undefined);
          return { template, to: recipient, link: values.link, token, code: values.code };
        })
        .filter((mail) => mail.to === to)
        .reverse();
    },
    eventTypes: async (tenant = ACME) => (await events(tenant)).map(({ type }) => type),
  };
}
