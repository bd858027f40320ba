import type { Outbox } from '../../_kernel/events/outbox.js';
import type { MailDesk } from '../../_kernel/mail/mail-desk.js';
import {
  openAnswer,
  openSubject,
  sealSubject,
  type DataSubject,
  type PersonalDataAnswered,
} from '../../_kernel/personal-data/personal-data.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import { systemContext } from '../../_kernel/request/system-context.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { Database, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { SubgraphName } from '../../_kernel/wire/subgraph-names.js';
import type { TenantIdentity } from '../../_kernel/wire/tenant.js';
import type { IdentityEvents, PersonalDataRequestChanged } from '../events.js';
import { findMembershipsOfUsers } from '../membership/membership.store.js';
import { ownersLocked } from '../standing/standing.store.js';
import { findUsersByIds } from '../user/user.store.js';
import { removeAccountOfNobody, scrubEventsOf } from './forget-person.store.js';
import {
  ASK_AGAIN_MINUTES,
  daysAfter,
  isOwn,
  KEPT_DAYS,
  minutesAfter,
  MOST_ROUNDS,
  unanswered,
} from './personal-data-request.js';
import {
  dropArchive,
  findAnswers,
  findDueRequests,
  insertAnswer,
  lockRequest,
  updateRequest,
  type PersonalDataRequestRow,
} from './personal-data.store.js';

const HANDLED_AT_ONCE = 100;

const LAST_OWNER = 'Somebody has to be left who owns the company';
const WORKS_HERE = 'She works for the company: her membership has to end first';

/** How requests for personal data are carried out, once they were made. */
export interface PersonalDataWork {
  /** Asks every subgraph, in the caller's transaction. */
  ask(context: RequestContext, db: TenantDb, request: PersonalDataRequestRow): Promise<PersonalDataRequestRow>;
  /** Takes in what one of them answered, in the caller's transaction. */
  collect(context: RequestContext, db: TenantDb, from: SubgraphName, answer: PersonalDataAnswered): Promise<void>;
  /** Why somebody cannot be erased at this moment; null when she can. */
  obstacleTo(db: TenantDb, request: Pick<PersonalDataRequestRow, 'userId' | 'requestedBy'>): Promise<string | null>;
  /** Tells whoever follows requests that one has come on. */
  tell(
    context: RequestContext,
    db: TenantDb,
    request: PersonalDataRequestRow,
    change: PersonalDataRequestChanged['change'],
  ): Promise<void>;
  /** Does what has come due, of every tenant. Runs above tenants. */
  carryOut(context: RequestContext): Promise<void>;
}

export function createPersonalDataWork(parts: {
  readonly database: Database;
  readonly outbox: Outbox<IdentityEvents>;
  readonly secretBox: SecretBox;
  readonly mails: MailDesk;
}): PersonalDataWork {
  const { outbox, secretBox, mails } = parts;
  const { tenants, platform } = parts.database;

  const tell: PersonalDataWork['tell'] = (context, db, { id, kind, userId, clientId, requestedBy }, change) =>
    outbox.emit(db, context, 'identity.personal_data_request_changed', {
      requestId: id,
      kind,
      userId,
      clientId,
      requestedBy,
      change,
    });

  const placeOf = async (db: TenantDb, userId: string | null) =>
    userId === null ? null : ((await findMembershipsOfUsers(db, [userId]))[0] ?? null);

  const obstacleTo: PersonalDataWork['obstacleTo'] = async (db, request) => {
    const place = await placeOf(db, request.userId);
    if (!place) return null;
    if (!isOwn(request)) return place.roles.some((role) => role !== 'USER') ? WORKS_HERE : null;
    if (!place.roles.includes('OWNER')) return null;
    return (await ownersLocked(db)).some((id) => id !== place.id) ? null : LAST_OWNER;
  };

  /** What others are told of her. Once they were, it stays what it is: an erasure takes away what it is made from. */
  const subjectOf = async (db: TenantDb, request: PersonalDataRequestRow): Promise<DataSubject> => {
    const { id, userId, clientId, sealedSubject, rounds } = request;
    const known = sealedSubject === null ? null : openSubject(secretBox, id, sealedSubject);
    if (known && rounds > 0) return known;
    const [user] = userId === null ? [] : await findUsersByIds(db, [userId]);
    const place = await placeOf(db, userId);
    const emails = [...new Set([...(known?.emails ?? []), ...(user ? [user.email, ...user.formerEmails] : [])])];
    return { userId, clientId, emails, worksHere: place?.roles.some((role) => role !== 'USER') ?? false };
  };

  const ask: PersonalDataWork['ask'] = async (context, db, request) => {
    const { id: requestId, kind, rounds } = request;
    const sealedSubject = sealSubject(secretBox, requestId, await subjectOf(db, request));
    const changes = { status: 'AT_WORK', sealedSubject, rounds: rounds + 1, askedAt: context.clock.now() } as const;
    const asked = await updateRequest(db, requestId, changes);
    await outbox.emit(db, context, 'identity.personal_data_requested', { requestId, kind, sealedSubject });
    return asked;
  };

  const isAnswered = async (db: TenantDb, { id }: PersonalDataRequestRow): Promise<boolean> =>
    unanswered((await findAnswers(db, [id])).map(({ subgraph }) => subgraph)).length === 0;

  /** Everything was gathered: she is told, where it was she who asked. */
  const makeReady = async (context: RequestContext, db: TenantDb, request: PersonalDataRequestRow): Promise<void> => {
    const readyAt = context.clock.now();
    const expiresAt = daysAfter(readyAt, KEPT_DAYS);
    const ready = await updateRequest(db, request.id, { status: 'READY', readyAt, expiresAt });
    await tell(context, db, ready, 'READY');
    const [user] = isOwn(ready) && ready.userId !== null ? await findUsersByIds(db, [ready.userId]) : [];
    if (!user) return;
    await mails.send(db, context, {
      template: 'NOTICE',
      to: user.email,
      locale: user.locale,
      values: {
        displayName: user.displayName,
        title: 'Your data is ready',
        body: `Everything that ${context.tenant.name} holds of you was gathered.\nSign in within ${KEPT_DAYS} days to fetch it; after that it is removed.`,
      },
    });
  };

  const collect: PersonalDataWork['collect'] = async (context, db, subgraph, { requestId, sealedAnswer }) => {
    const request = await lockRequest(db, requestId);
    if (request?.status !== 'AT_WORK') return;
    const answer = openAnswer(secretBox, requestId, sealedAnswer);
    await insertAnswer(db, {
      requestId,
      subgraph,
      sealedAnswer: answer.kind === 'EXPORT' ? sealedAnswer : null,
      erased: answer.kind === 'ERASURE' ? answer.sections : null,
      answeredAt: context.clock.now(),
    });
    if (request.kind === 'EXPORT' && (await isAnswered(db, request))) await makeReady(context, db, request);
  };

  const refuse = async (context: RequestContext, db: TenantDb, request: PersonalDataRequestRow, refusal: string) => {
    const changes = { status: 'REFUSED', refusal, endedAt: context.clock.now(), sealedSubject: null } as const;
    await tell(context, db, await updateRequest(db, request.id, changes), 'REFUSED');
  };

  const begin = async (context: RequestContext, db: TenantDb, request: PersonalDataRequestRow): Promise<void> => {
    const obstacle = await obstacleTo(db, request);
    if (obstacle !== null) await refuse(context, db, request, obstacle);
    else await ask(context, db, request);
  };

  const expire = async (context: RequestContext, db: TenantDb, { id }: PersonalDataRequestRow): Promise<void> => {
    await dropArchive(db, id);
    const endedAt = context.clock.now();
    const nothing = { sealedSubject: null, downloadHash: null, downloadUntil: null };
    await updateRequest(db, id, { status: 'EXPIRED', endedAt, ...nothing });
  };

  const askAgain = async (context: RequestContext, db: TenantDb, request: PersonalDataRequestRow): Promise<void> => {
    const { id, askedAt, rounds } = request;
    const now = context.clock.now();
    if (askedAt && askedAt > minutesAfter(now, -ASK_AGAIN_MINUTES)) return;
    if (rounds < MOST_ROUNDS) return void (await ask(context, db, request));
    context.logger.error({ personalDataRequest: id }, 'a request for personal data was not answered by all');
    await tell(context, db, await updateRequest(db, id, { status: 'FAILED', endedAt: now }), 'FAILED');
  };

  /** What no subgraph holds for itself: the account when nothing is left that it was for, and the log. */
  const finish = (context: RequestContext, { tenantId, id, userId, clientId, sealedSubject }: PersonalDataRequestRow): Promise<void> =>
    platform.transaction(async (db) => {
      const emails = sealedSubject === null ? [] : openSubject(secretBox, id, sealedSubject).emails;
      const { count } = await db.personalDataRequest.updateMany({
        where: { tenantId, id, status: 'AT_WORK' },
        data: { status: 'DONE', endedAt: context.clock.now(), sealedSubject: null },
      });
      if (count === 0) return;
      if (userId !== null) await removeAccountOfNobody(db, userId);
      await scrubEventsOf(db, tenantId, { userId, clientId, emails });
      const request = await db.personalDataRequest.findFirstOrThrow({ where: { tenantId, id } });
      await outbox.emit(db, context, 'identity.personal_data_request_changed', {
        requestId: id,
        kind: request.kind,
        userId,
        clientId,
        requestedBy: request.requestedBy,
        change: 'DONE',
      });
    });

  /** @returns whether everything is there to finish an erasure */
  const moveOn = (context: RequestContext, id: string): Promise<boolean> =>
    tenants.transaction(context, async (db) => {
      const request = await lockRequest(db, id);
      switch (request?.status) {
        case 'WAITING':
          await begin(context, db, request);
          return false;
        case 'READY':
          await expire(context, db, request);
          return false;
        case 'AT_WORK':
          if (await isAnswered(db, request)) return request.kind === 'ERASURE';
          await askAgain(context, db, request);
          return false;
        default:
          return false;
      }
    });

  return {
    ask,
    collect,
    obstacleTo,
    tell,
    async carryOut({ clock, logger }) {
      const now = clock.now();
      const askedBefore = minutesAfter(now, -ASK_AGAIN_MINUTES);
      for (const due of await findDueRequests(platform.db, { now, askedBefore, atOnce: HANDLED_AT_ONCE })) {
        const tenant = due.tenant as unknown as TenantIdentity;
        const context = systemContext({ name: 'identity', tenant, clock, logger });
        try {
          if (await moveOn(context, due.id)) await finish(context, due);
        } catch (error) {
          logger.error({ err: error, personalDataRequest: due.id }, 'a request for personal data could not be moved on');
        }
      }
    },
  };
}
