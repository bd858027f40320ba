import type { Holding } from '../_kernel/personal-data/holding.js';
import type { DataSubject } from '../_kernel/personal-data/personal-data.js';
import { sql, type Sql } from '../_kernel/tenancy/sql.js';

const ofUser = ({ userId }: DataSubject): Sql => sql`t.user_id = ${userId}::uuid`;

/** Runs in which somebody did something, or that she began, and that are over. */
const herRunsOver = ({ userId }: DataSubject): Sql => sql`
  SELECT r.id FROM tenancy.workflow_run r WHERE r.status <> 'RUNNING' AND (r.starter_id = ${userId} OR EXISTS (
    SELECT 1 FROM tenancy.workflow_entry e WHERE e.run_id = r.id AND e.body -> 'actor' ->> 'id' = ${userId}))`;

const tenancy = (holding: Omit<Holding, 'schema'>): Holding => ({ schema: 'tenancy', ...holding });

const COURSE_OF_BUSINESS =
  'That a step was taken is kept as a record of how the company decided (GDPR, article 17(3)(e)); what is still worked with stays until the workflow is over.';

/** What tenancy knows of a person. */
export const TENANCY_HOLDINGS: readonly Holding[] = [
  tenancy({ section: 'member', table: 'tenant_member', whose: ofUser, erasure: { how: 'DELETE' } }),
  tenancy({
    section: 'monthsActive',
    table: 'active_user',
    whose: ofUser,
    erasure: { how: 'KEEP', reason: 'Holds no more than an id that names nobody now; the company is charged by the count.' },
  }),
  tenancy({
    section: 'files',
    table: 'stored_file',
    whose: ({ userId, worksHere }) => sql`t.uploaded_by = ${userId} AND NOT ${worksHere}::boolean`,
    erasure: {
      how: 'BLANK',
      columns: { name: sql`'erased'`, status: sql`'DELETED'`, clear_at: sql`now()` },
      reason: 'The bytes are taken away within minutes; that there was a file is kept.',
    },
  }),
  tenancy({
    section: 'files',
    table: 'stored_file',
    whose: ({ userId, worksHere }) => sql`t.uploaded_by = ${userId} AND ${worksHere}::boolean`,
    erasure: { how: 'KEEP', reason: 'Documents of the company, which she put there in its work.' },
  }),
  tenancy({
    section: 'workflowComments',
    table: 'workflow_comment',
    whose: ({ userId }) => sql`t.author_id = ${userId}`,
    erasure: {
      how: 'BLANK_FINAL',
      columns: ['text'],
      call: ({ userId }) => sql`tenancy.blank_workflow_comments(${userId})`,
      reason: COURSE_OF_BUSINESS,
    },
  }),
  tenancy({
    section: 'workflowRuns',
    table: 'workflow_run',
    whose: (who) => sql`t.id IN (${herRunsOver(who)})`,
    erasure: {
      how: 'BLANK',
      columns: { state: sql`t.state || '{"input": {}, "steps": {}}'::jsonb` },
      reason: COURSE_OF_BUSINESS,
    },
  }),
  tenancy({
    section: 'workflowSteps',
    table: 'workflow_entry',
    whose: ({ userId }) => sql`t.body -> 'actor' ->> 'id' = ${userId}`,
    erasure: {
      how: 'BLANK_FINAL',
      columns: ['body'],
      call: (who) => sql`tenancy.blank_workflow_entries(${who.userId}, ARRAY(${herRunsOver(who)}))`,
      reason: COURSE_OF_BUSINESS,
    },
  }),
];
