import type { MailDesk } from '../../../_kernel/mail/mail-desk.js';
import type { Outbox } from '../../../_kernel/events/outbox.js';
import { isUuid } from '../../../_kernel/request/ids.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import { UserId } from '../../../identity/ids.js';
import type { WorkflowEvents, WorkflowFacts } from '../events.js';
import { prepareAction, type Action, type PreparedAction } from './action.js';
import { findPeopleToTell } from './people.store.js';

/** What actions are done for. */
export interface Occasion {
  /** What paths and texts can name. */
  readonly facts: unknown;
  /** The run they are part of; null for a rule. */
  readonly run: WorkflowFacts | null;
  /** Id of the run or rule. */
  readonly because: string;
  readonly depth: number;
}

/** Does what workflows and rules do by themselves, in the caller's transaction: either all of it is done, or nothing. */
export interface Performer {
  /** @returns why some of it could not be done; empty when everything was */
  perform(db: TenantDb, context: RequestContext, actions: readonly Action[], occasion: Occasion): Promise<readonly string[]>;
}

export type StartByAutomation = (
  db: TenantDb,
  context: RequestContext,
  of: {
    readonly workflow: string;
    readonly entityType: string;
    readonly entityId: string;
    readonly input: Readonly<Record<string, unknown>>;
    readonly depth: number;
  },
) => Promise<string | null>;

/** The UUID of a user whose id was put into a form or comes from an event. */
const userIdOf = (text: string): string | null => (isUuid(text) ? text : UserId.decode(text));

export function createPerformer(parts: {
  readonly outbox: Outbox<WorkflowEvents>;
  readonly mailDesk: MailDesk;
  /** @returns why it could not be started; null when it was */
  readonly start: StartByAutomation;
}): Performer {
  const { outbox, mailDesk, start } = parts;

  const notify = async (db: TenantDb, context: RequestContext, action: PreparedAction & { readonly do: 'NOTIFY' }): Promise<string | null> => {
    const userId = action.userId === null ? null : userIdOf(action.userId);
    const people = await findPeopleToTell(db, { roles: action.roles, userId });
    const { title, body } = action;
    for (const { email: to, displayName } of people) {
      await mailDesk.send(db, context, { template: 'NOTICE', to, values: { displayName, title, body } });
    }
    return people.length === 0 ? 'NOTIFY: nobody could be told' : null;
  };

  const grant = async (
    db: TenantDb,
    context: RequestContext,
    { role, userId: named }: PreparedAction & { readonly do: 'GRANT_ROLE' },
    because: string,
  ): Promise<string | null> => {
    const userId = userIdOf(named);
    if (userId === null) return 'GRANT_ROLE: there is no id of a user';
    await outbox.emit(db, context, 'tenancy.role_grant_requested', { userId, role, because });
    return null;
  };

  const performOne = async (db: TenantDb, context: RequestContext, action: PreparedAction, occasion: Occasion): Promise<string | null> => {
    switch (action.do) {
      case 'NOTIFY':
        return notify(db, context, action);
      case 'GRANT_ROLE':
        return grant(db, context, action, occasion.because);
      case 'DECIDE':
        if (!occasion.run) return 'DECIDE: only a workflow decides';
        await outbox.emit(db, context, 'tenancy.entity_decided', { ...occasion.run, decision: action.decision });
        return null;
      case 'START_WORKFLOW': {
        const problem = await start(db, context, { ...action, depth: occasion.depth + 1 });
        return problem === null ? null : `START_WORKFLOW: ${problem}`;
      }
    }
  };

  return {
    async perform(db, context, actions, occasion) {
      const problems: string[] = [];
      for (const action of actions) {
        const prepared = prepareAction(action, occasion.facts);
        const problem = prepared ? await performOne(db, context, prepared, occasion) : `${action.do}: what it needs is not there`;
        if (problem !== null) problems.push(problem);
      }
      return problems;
    },
  };
}

