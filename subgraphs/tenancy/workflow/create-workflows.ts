import type { MailDesk } from '../../_kernel/mail/mail-desk.js';
import type { EventTail } from '../../_kernel/events/event-tail.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { isUuid } from '../../_kernel/request/ids.js';
import type { PlatformDatabase, TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { UserId } from '../../identity/ids.js';
import { createPerformer } from './automation/performer.js';
import { createAutomationService, reasonNotStarted, type AutomationService } from './automation/rule.service.js';
import { createDefinitionService, type DefinitionService } from './definition/definition.service.js';
import { createStepTypes, type StepType } from './definition/step-types.js';
import { createBlueprints, type Blueprints } from './definition/version.js';
import type { WorkflowEvents } from './events.js';
import { createDocumentCheck } from './instance/document-check.js';
import { createWorkflowEffects, type WorkflowEffects } from './instance/effects.js';
import { createRunMigrationService, type RunMigrationService } from './instance/run-migration.service.js';
import { createRunLiveService, type RunLiveService } from './instance/run-live.service.js';
import { createRunWriter } from './instance/run-writer.js';
import { createRunService, type RunService } from './instance/run.service.js';

/** Everything that workflows are made of. */
export interface Workflows {
  readonly definitions: DefinitionService;
  readonly runs: RunService;
  readonly migrations: RunMigrationService;
  readonly automation: AutomationService;
  readonly effects: WorkflowEffects;
  readonly live: RunLiveService;
  readonly blueprints: Blueprints;
}

export interface WorkflowParts {
  readonly tenants: TenantDatabase;
  readonly platform: PlatformDatabase;
  readonly outbox: Outbox<WorkflowEvents>;
  readonly mailDesk: MailDesk;
  readonly tail: EventTail;
  /** Whether there is a file of that global id which can be read. */
  readonly isFileReady: (db: TenantDb, fileId: string) => Promise<boolean>;
  /** Kinds of steps beside the platform's. */
  readonly stepTypes?: readonly StepType<never>[] | undefined;
}

/** The person whose workflow it is when nobody has started it: the one it was given. */
function starterOf(input: Readonly<Record<string, unknown>>): string | null {
  const { userId } = input;
  if (typeof userId !== 'string') return null;
  return isUuid(userId) ? userId : UserId.decode(userId);
}

/** The workflow engine. */
export function createWorkflows(parts: WorkflowParts): Workflows {
  const { tenants, platform, outbox, mailDesk } = parts;
  const types = createStepTypes(parts.stepTypes);
  const blueprints = createBlueprints(types);
  const writer = createRunWriter({ outbox, blueprints });
  const definitions = createDefinitionService({ tenants, outbox, types });
  const documents = createDocumentCheck(parts.isFileReady);
  const runs = createRunService({ tenants, outbox, definitions, writer, blueprints, documents, mailDesk });
  const performer = createPerformer({
    outbox,
    mailDesk,
    start: (db, context, of) =>
      reasonNotStarted(() => runs.startByItself(db, context, { ...of, starterId: starterOf(of.input) })),
  });
  return {
    definitions,
    runs,
    migrations: createRunMigrationService({ tenants, writer, blueprints }),
    automation: createAutomationService({ tenants, outbox, performer }),
    effects: createWorkflowEffects({ tenants, platform, writer, blueprints, performer }),
    live: createRunLiveService(parts.tail),
    blueprints,
  };
}
