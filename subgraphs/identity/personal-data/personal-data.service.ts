import {
  ConflictError,
  ForbiddenError,
  InvalidTransitionError,
  NotFoundError,
} from '../../_kernel/errors/domain-error.js';
import { once } from '../../_kernel/events/idempotency.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../_kernel/graphql/connection.js';
import type { MailDesk } from '../../_kernel/mail/mail-desk.js';
import { openAnswer, type PersonalDataKind } from '../../_kernel/personal-data/personal-data.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { hasPermission, requireFreshProof, requireMember, requirePermission } from '../../_kernel/request/principal-checks.js';
import type { LoaderDefinition, RequestContext } from '../../_kernel/request/request-context.js';
import { addressOfTenant } from '../../_kernel/wire/tenant-address.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { findUsersByIds } from '../user/user.store.js';
import {
  ARCHIVE_FORMAT,
  COOLING_OFF_DAYS,
  daysAfter,
  isOwn,
  kindInWords,
  LINK_MINUTES,
  minutesAfter,
  newDownloadToken,
} from './personal-data-request.js';
import type { PersonalDataWork } from './personal-data-work.js';
import {
  findAnswers,
  findRequest,
  findRequestsPage,
  insertRequest,
  lockRequest,
  PERSONAL_DATA_SORT,
  takeDownload,
  updateRequest,
  type PersonalDataAnswerRow,
  type PersonalDataRequestRow,
} from './personal-data.store.js';
import { hashOfSecret } from '../../_kernel/wire/secret-hash.js';

/** What lets staff follow and fetch what the company asks for in a client's name. */
const LOOKS_AFTER = 'patients:delete';

/** Where a link to what was gathered leads. */
export const DOWNLOAD_PATH = '/account/personal-data';

export interface DownloadLink {
  readonly url: string;
  readonly expiresAt: Date;
}

/**
 * What people ask for about their own data, at one company. Every call but `fetch` throws {UnauthenticatedError} for
 * whoever is no member, and one about a request throws {NotFoundError} alike for one that is unknown, another
 * person's or another company's.
 */
export interface PersonalDataService {
  /** Gathers what every part of the platform holds of whoever asks. @throws {ForbiddenError} @throws {ConflictError} */
  requestExport(context: RequestContext, idempotencyKey: string): Promise<PersonalDataRequestRow>;
  /**
   * Erases whoever asks from the company in fourteen days, unless she takes it back.
   * @throws {StepUpRequiredError} @throws {ForbiddenError}
   * @throws {ConflictError} while one waits already, or when nobody would be left who owns the company
   */
  requestErasure(context: RequestContext, idempotencyKey: string): Promise<PersonalDataRequestRow>;
  /** @throws {InvalidTransitionError} when it has begun @throws {ForbiddenError} for what only she takes back */
  cancelErasure(context: RequestContext, id: string): Promise<PersonalDataRequestRow>;
  /** One that you may see; null for any other. */
  find(context: RequestContext, id: string): Promise<PersonalDataRequestRow | null>;
  /** Your own, newest first. */
  mine(context: RequestContext, args: PageArgs): Promise<Connection<PersonalDataRequestRow>>;
  /** Everybody's, newest first. @throws {ForbiddenError} without `patients:delete` */
  list(context: RequestContext, args: PageArgs): Promise<Connection<PersonalDataRequestRow>>;
  /** What subgraphs have answered so far; what they gathered stays sealed. */
  answersOf(context: RequestContext, id: string): Promise<readonly PersonalDataAnswerRow[]>;
  /** A link that is good once, for fifteen minutes; an earlier one ends. @throws {StepUpRequiredError} @throws {ConflictError} */
  prepareDownload(context: RequestContext, id: string): Promise<DownloadLink>;
  /** Uses a link up. @returns what was gathered, as JSON; null for a link that is not good */
  fetch(context: RequestContext, token: string): Promise<{ readonly name: string; readonly json: string } | null>;
}

export function createPersonalDataService(parts: {
  readonly tenants: TenantDatabase;
  readonly work: PersonalDataWork;
  readonly mails: MailDesk;
  readonly secretBox: SecretBox;
  readonly publicUrl: string;
}): PersonalDataService {
  const { tenants, work, mails, secretBox, publicUrl } = parts;

  const answers: LoaderDefinition<string, readonly PersonalDataAnswerRow[]> = {
    name: 'personalDataAnswers',
    batch: async (context, ids) => {
      const rows = await findAnswers(tenants.of(context), ids);
      return ids.map((id) => rows.filter(({ requestId }) => requestId === id));
    },
  };

  const maySee = (context: RequestContext, request: PersonalDataRequestRow): boolean =>
    context.principal.kind === 'member' &&
    (hasPermission(context, LOOKS_AFTER) || (isOwn(request) && request.userId === context.principal.userId));

  const request = async (
    context: RequestContext,
    kind: PersonalDataKind,
    idempotencyKey: string,
    made: (db: TenantDb, row: PersonalDataRequestRow) => Promise<unknown>,
  ): Promise<PersonalDataRequestRow> => {
    const { userId } = requireMember(context);
    const requestedAt = context.clock.now();
    const operation = `request:${kindInWords[kind]}`;
    return tenants.transaction(context, async (db) => {
      const { id } = await once(context, db, { operation, key: idempotencyKey, input: {} }, async () => {
        const row = await insertRequest(db, {
          id: uuidv7(),
          kind,
          status: 'WAITING',
          userId,
          clientId: null,
          requestedBy: userId,
          sealedSubject: null,
          tenant: context.tenant,
          requestedAt,
          performAt: kind === 'EXPORT' ? requestedAt : daysAfter(requestedAt, COOLING_OFF_DAYS),
        });
        if (!row) throw new ConflictError(`An ${kindInWords[kind]} of your data is under way`);
        await work.tell(context, db, row, 'ASKED');
        await made(db, row);
        return row.id;
      });
      const kept = await findRequest(db, id);
      if (!kept) throw new NotFoundError('Request');
      return kept;
    });
  };

  const announceErasure = async (context: RequestContext, db: TenantDb, { userId, performAt }: PersonalDataRequestRow) => {
    const [user] = userId === null ? [] : await findUsersByIds(db, [userId]);
    if (!user) return;
    const { name } = context.tenant;
    const day = performAt.toISOString().slice(0, 10);
    await mails.send(db, context, {
      template: 'NOTICE',
      to: user.email,
      locale: user.locale,
      values: {
        displayName: user.displayName,
        title: 'Your data will be erased',
        body: `What ${name} holds of you will be erased on ${day}. Until then you can sign in and take it back.\nThis is the last mail about it: your address goes with the rest.\nIf you did not ask for this, take it back at once and change your password.`,
      },
    });
  };

  /** One of the requests that whoever asks may do something with. */
  const ownOrLookedAfter = (context: RequestContext, found: PersonalDataRequestRow | null): PersonalDataRequestRow => {
    if (!found || !maySee(context, found)) throw new NotFoundError('Request');
    const own = context.principal.kind === 'member' && found.userId === context.principal.userId;
    if (isOwn(found) && !own) throw new ForbiddenError('Only whoever asked may do this');
    return found;
  };

  return {
    async requestExport(context, key) {
      const member = requireMember(context);
      if (member.impersonatorId !== undefined) throw new ForbiddenError('Not in the name of somebody else');
      return request(context, 'EXPORT', key, (db, row) => work.ask(context, db, row));
    },

    async requestErasure(context, key) {
      requireMember(context);
      requireFreshProof(context);
      return request(context, 'ERASURE', key, async (db, row) => {
        const obstacle = await work.obstacleTo(db, row);
        if (obstacle !== null) throw new ConflictError(obstacle);
        await announceErasure(context, db, row);
      });
    },

    async cancelErasure(context, id) {
      requireMember(context);
      const cancelled = await tenants.transaction(context, async (db) => {
        const { status, kind } = ownOrLookedAfter(context, await lockRequest(db, id));
        if (kind !== 'ERASURE' || status !== 'WAITING') throw new InvalidTransitionError(status, 'CANCELLED');
        const endedAt = context.clock.now();
        const after = await updateRequest(db, id, { status: 'CANCELLED', endedAt, sealedSubject: null });
        await work.tell(context, db, after, 'CANCELLED');
        return after;
      });
      context.loaders.clear();
      return cancelled;
    },

    async find(context, id) {
      const found = await findRequest(tenants.of(context), id);
      return found && maySee(context, found) ? found : null;
    },

    async mine(context, args) {
      const { userId } = requireMember(context);
      const page = pageOf(args, PERSONAL_DATA_SORT);
      const rows = await findRequestsPage(tenants.of(context), page, userId);
      return connectionOf(page, rows, (row) => [row.requestedAt, row.id]);
    },

    async list(context, args) {
      requireMember(context);
      requirePermission(context, LOOKS_AFTER);
      const page = pageOf(args, PERSONAL_DATA_SORT);
      const rows = await findRequestsPage(tenants.of(context), page);
      return connectionOf(page, rows, (row) => [row.requestedAt, row.id]);
    },

    answersOf: (context, id) => context.loaders.of(context, answers).load(id),

    async prepareDownload(context, id) {
      requireMember(context);
      requireFreshProof(context);
      const now = context.clock.now();
      const token = newDownloadToken();
      return tenants.transaction(context, async (db) => {
        const { status, expiresAt } = ownOrLookedAfter(context, await lockRequest(db, id));
        if (status !== 'READY' || !expiresAt || expiresAt <= now) throw new ConflictError('There is nothing to fetch');
        const downloadUntil = new Date(Math.min(expiresAt.getTime(), minutesAfter(now, LINK_MINUTES).getTime()));
        await updateRequest(db, id, { downloadHash: hashOfSecret(token), downloadUntil });
        const url = `${addressOfTenant(publicUrl, context.tenant)}${DOWNLOAD_PATH}?token=${token}`;
        return { url, expiresAt: downloadUntil };
      });
    },

    fetch: (context, token) =>
      tenants.transaction(context, async (db) => {
        const taken = await takeDownload(db, hashOfSecret(token), context.clock.now());
        if (!taken) return null;
        await work.tell(context, db, taken, 'FETCHED');
        const subgraphs: Record<string, unknown> = {};
        for (const { subgraph, sealedAnswer } of await findAnswers(db, [taken.id])) {
          const answer = sealedAnswer === null ? null : openAnswer(secretBox, taken.id, sealedAnswer);
          if (answer?.kind === 'EXPORT') subgraphs[subgraph] = answer.sections;
        }
        const { slug, name } = context.tenant;
        const { requestedAt, readyAt } = taken;
        const archive = { ...ARCHIVE_FORMAT, company: { slug, name }, requestedAt, gatheredAt: readyAt, subgraphs };
        return { name: `personal-data-${slug}.json`, json: JSON.stringify(archive, null, 2) };
      }),
  };
}
