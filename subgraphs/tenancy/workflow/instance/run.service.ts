import { z } from 'zod';
import { ConflictError, ForbiddenError, NotFoundError, ValidationError } from '../../../_kernel/errors/domain-error.js';
import { connectionOf, pageOf, type Connection, type PageArgs } from '../../../_kernel/graphql/connection.js';
import type { Outbox } from '../../../_kernel/events/outbox.js';
import type { MailDesk } from '../../../_kernel/mail/mail-desk.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { TenantDatabase, TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { textSchema } from '../../../_kernel/validation/text.js';
import { validate } from '../../../_kernel/validation/validate.js';
import { actorIdOf } from '../../../_kernel/wire/principal.js';
import { actorOf, mayWorkflow, personOf, requirePerson, requireWorkflow } from '../access.js';
import { workflowKeySchema } from '../automation/action.js';
import { findPeople } from '../automation/people.store.js';
import type { DefinitionService } from '../definition/definition.service.js';
import type { Blueprints } from '../definition/version.js';
import type { WorkflowEvents } from '../events.js';
import { allowedOutcomes, isHers, nextStep, partInIt, typedStep, type Command } from './engine.js';
import type { HistoryEntry } from './entry.js';
import { findComments, findEntries, findRun, findRunsPage, findTasksPage, insertComment, RUN_SORT, type CommentRow, type RunFilter, type RunRow } from './run.store.js';
import { stateOf, workflowFacts, type RunWriter } from './run-writer.js';
import type { DocumentCheck } from './document-check.js';

/** What may come next in a run. */
export interface AllowedTransition {
  readonly outcome: string;
  /** Key of the step it would lead to as things stand; null where that depends on what is submitted. */
  readonly to: string | null;
}

const LONGEST_INPUT = 20_000;

const jsonObject = z
  .record(z.string().max(100), z.unknown())
  .refine((value) => JSON.stringify(value).length <= LONGEST_INPUT, `must have at most ${LONGEST_INPUT} characters as JSON`)
  // PostgreSQL's JSON has no such character.
  .refine((value) => !JSON.stringify(value).includes('\\u0000'), 'must not contain null characters');

const startSchema = z.object({
  workflow: workflowKeySchema,
  entityType: z.string().max(40),
  entityId: z.string().trim().min(1, 'must not be empty').max(100).regex(/^[\w:.-]+$/, 'must be an id'),
  input: jsonObject,
});
const actSchema = z.object({
  outcome: z.string().max(40),
  data: jsonObject,
  comment: textSchema(2_000).nullable(),
});
const commentSchema = z.object({
  text: textSchema(4_000).refine((text) => text !== '', 'must not be empty'),
  mentions: z.array(z.uuid()).max(20, 'must be at most 20'),
});
const reasonSchema = z.object({ reason: textSchema(500).refine((text) => text !== '', 'must not be empty') });

export interface Acting {
  readonly outcome: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly comment: string | null;
}

export interface RunService {
  /**
   * @throws {ForbiddenError} without `workflows:start` @throws {ValidationError} @throws {NotFoundError} for an unknown
   * workflow @throws {ConflictError} while the same workflow is at work on the same
   */
  start(
    context: RequestContext,
    input: { readonly workflow: string; readonly entityType: string; readonly entityId: string; readonly input: Readonly<Record<string, unknown>> },
  ): Promise<RunRow>;
  /** In the caller's transaction, by no person. @returns null when it is at work already */
  startByItself(
    db: TenantDb,
    context: RequestContext,
    input: { readonly workflow: string; readonly entityType: string; readonly entityId: string; readonly input: Readonly<Record<string, unknown>>; readonly starterId: string | null; readonly depth: number },
  ): Promise<RunRow | null>;
  /** Null for one that is not there, or that she has nothing to do with. */
  find(context: RequestContext, id: string): Promise<RunRow | null>;
  /** Newest first. @throws {ForbiddenError} without `workflows:read` */
  list(context: RequestContext, page: PageArgs, filter: RunFilter): Promise<Connection<RunRow>>;
  /** What she could do now, newest first. */
  tasks(context: RequestContext, page: PageArgs): Promise<Connection<RunRow>>;
  /**
   * Ends the step that a run is in.
   * @param seenRevision what she has seen of it
   * @throws {NotFoundError} @throws {ConflictError} when it has moved on since @throws {ForbiddenError}
   * @throws {InvalidTransitionError} @throws {ValidationError} naming fields of `data`
   */
  act(context: RequestContext, id: string, seenRevision: number, acting: Acting): Promise<RunRow>;
  claim(context: RequestContext, id: string): Promise<RunRow>;
  release(context: RequestContext, id: string): Promise<RunRow>;
  /** Hands a task to another member, who does it in her name. @throws {ValidationError} for nobody who is a member */
  delegate(context: RequestContext, id: string, to: string): Promise<RunRow>;
  /** @throws {ForbiddenError} for whoever neither started it nor has `workflows:manage` */
  cancel(context: RequestContext, id: string, reason: string): Promise<RunRow>;
  comment(context: RequestContext, id: string, comment: { readonly text: string; readonly mentions: readonly string[] }): Promise<CommentRow>;
  history(context: RequestContext, run: RunRow): Promise<readonly HistoryEntry[]>;
  comments(context: RequestContext, run: RunRow): Promise<readonly CommentRow[]>;
  allowed(context: RequestContext, run: RunRow): readonly AllowedTransition[];
}

export function createRunService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<WorkflowEvents>;
  readonly definitions: DefinitionService;
  readonly writer: RunWriter;
  readonly blueprints: Blueprints;
  readonly documents: DocumentCheck;
  readonly mailDesk: MailDesk;
}): RunService {
  const { tenants, outbox, definitions, writer, blueprints, documents, mailDesk } = parts;

  const maySee = (context: RequestContext, run: RunRow): boolean => {
    if (mayWorkflow(context, 'workflows:read')) return true;
    const person = personOf(context);
    const state = stateOf(run);
    return person !== null && (state.starterId === person.id || state.participants.includes(person.id) || (run.isTask && isHers(state, person)));
  };

  const seen = async (context: RequestContext, db: TenantDb, id: string): Promise<RunRow> => {
    const run = await findRun(db, id);
    if (!run || !maySee(context, run)) throw new NotFoundError('WorkflowRun');
    return run;
  };

  const change = (context: RequestContext, id: string, commandFor: (db: TenantDb, run: RunRow) => Promise<Command> | Command): Promise<RunRow> =>
    tenants.transaction(context, async (db) => {
      const run = await seen(context, db, id);
      return writer.advance(db, context, run, await commandFor(db, run));
    });

  const startByItself: RunService['startByItself'] = async (db, context, { workflow, entityType, entityId, input, starterId, depth }) => {
    const version = await definitions.newest(context, db, workflow);
    if (version.entityType !== entityType) throw ValidationError.of('entityType', `must be ${version.entityType}`);
    const { definition } = blueprints.of(version);
    const needsStarter = definition.steps.some(({ assignee, candidateRoles }) => assignee === 'STARTER' && candidateRoles.length === 0);
    if (needsStarter && starterId === null) throw ValidationError.of('input.userId', 'must name the person whose workflow it is');
    return writer.begin(db, context, version, { entityType, entityId, input, starterId, depth });
  };

  return {
    startByItself,

    async start(context, input) {
      requireWorkflow(context, 'workflows:start');
      const beginning = validate(startSchema, input);
      const starterId = actorIdOf(context.principal);
      return tenants.transaction(context, async (db) => {
        const run = await startByItself(db, context, { ...beginning, starterId, depth: 0 });
        if (!run) throw new ConflictError('This workflow is at work on it already');
        return run;
      });
    },

    async find(context, id) {
      const run = await findRun(tenants.of(context), id);
      return run && maySee(context, run) ? run : null;
    },

    async list(context, args, filter) {
      requireWorkflow(context, 'workflows:read');
      const page = pageOf(args, RUN_SORT);
      return connectionOf(page, await findRunsPage(tenants.of(context), filter, page), ({ startedAt, id }) => [startedAt, id]);
    },

    async tasks(context, args) {
      const page = pageOf(args, RUN_SORT);
      return connectionOf(page, await findTasksPage(tenants.of(context), requirePerson(context), page), ({ startedAt, id }) => [startedAt, id]);
    },

    async act(context, id, seenRevision, input) {
      const person = requirePerson(context);
      const acting = validate(actSchema, input);
      return change(context, id, async (db, run) => {
        if (run.revision !== seenRevision) throw new ConflictError('It has moved on meanwhile; look at it again');
        const { step } = typedStep(blueprints.of(run.version), run.step);
        const issues = isHers(stateOf(run), person) ? await documents.problemsOf(db, step, acting.data) : [];
        if (issues.length > 0) throw new ValidationError(issues);
        return { do: 'ACT', person, ...acting };
      });
    },

    claim: (context, id) => change(context, id, () => ({ do: 'CLAIM', person: requirePerson(context) })),
    release: (context, id) => change(context, id, () => ({ do: 'RELEASE', person: requirePerson(context) })),

    delegate: (context, id, to) =>
      change(context, id, async (db) => {
        const person = requirePerson(context);
        if ((await findPeople(db, [to])).length === 0) throw ValidationError.of('to', 'must be a member of the team');
        return { do: 'DELEGATE', person, to };
      }),

    async cancel(context, id, text) {
      const { reason } = validate(reasonSchema, { reason: text });
      return change(context, id, (_db, run) => {
        const isStarter = run.starterId !== null && run.starterId === actorIdOf(context.principal);
        if (!isStarter && !mayWorkflow(context, 'workflows:manage')) {
          throw new ForbiddenError('Only who has started it, or manages workflows, can cancel it');
        }
        return { do: 'CANCEL', reason };
      });
    },

    async comment(context, id, input) {
      const author = actorOf(context).id;
      if (author === null) throw new ForbiddenError('Sign in to do this');
      const { text, mentions } = validate(commentSchema, input);
      return tenants.transaction(context, async (db) => {
        const run = await seen(context, db, id);
        const wanted = [...new Set(mentions)];
        const people = await findPeople(db, wanted);
        const unknown = wanted.findIndex((mention) => people.every(({ userId }) => userId !== mention));
        if (unknown !== -1) throw ValidationError.of(`mentions.${unknown}`, 'must be a member of the team');
        const comment = await insertComment(db, { id: uuidv7(), runId: run.id, authorId: author, text, mentions: wanted, createdAt: context.clock.now() });
        const facts = { ...workflowFacts(run), commentId: comment.id, authorId: author, mentions: wanted };
        await outbox.emit(db, context, 'tenancy.workflow_commented', facts);
        const title = `You are mentioned in ${run.version.name}`;
        for (const { email: to, displayName } of people) {
          await mailDesk.send(db, context, { template: 'NOTICE', to, values: { displayName, title, body: text } });
        }
        return comment;
      });
    },

    async history(context, run) {
      const rows = await findEntries(tenants.of(context), run.id);
      return rows.map(({ body }) => body as unknown as HistoryEntry);
    },

    comments: (context, run) => findComments(tenants.of(context), run.id),

    allowed(context, run) {
      const person = personOf(context);
      const state = stateOf(run);
      const blueprint = blueprints.of(run.version);
      if (!person || !run.isTask || !isHers(state, person)) return [];
      const { type } = typedStep(blueprint, run.step);
      if (type.votesNeeded && partInIt(state, person.id) !== null) return [];
      const dependsOnData = (outcome: string): boolean =>
        blueprint.definition.transitions.some(({ from, on, when }) => from === run.step && on === outcome && when !== undefined);
      return allowedOutcomes(blueprint, state).map((outcome) => ({
        outcome,
        to: dependsOnData(outcome) ? null : (nextStep(blueprint, state, outcome)?.key ?? null),
      }));
    },
  };
}
