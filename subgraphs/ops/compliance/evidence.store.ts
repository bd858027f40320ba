import type { PlatformDb, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import type { AccessEvidence, IncidentEvidence, PlatformEvidence, PrivacyEvidence, SignInEvidence } from './compliance.js';

type Db = TenantDb | PlatformDb;

const only = <Row>(rows: readonly Row[]): Row => {
  const [row] = rows;
  if (!row) throw new Error('Counting answered nothing');
  return row;
};

/** Of everybody who is more than a client, and of staff of the platform who signed in. */
export const countSignIns = async (db: Db, since: Date): Promise<SignInEvidence> =>
  only(
    await db.$queryRaw<SignInEvidence[]>`
      WITH sign_in AS (
        SELECT DISTINCT ON (tenant_id, actor_id) tenant_id, actor_id, actor_kind,
               coalesce(meta ->> 'assurance' = 'aal2', false) AS by_two
        FROM ops.audit_entry WHERE action = 'AUTH_LOGIN' AND occurred_at >= ${since}
        ORDER BY tenant_id, actor_id, occurred_at DESC
      ), person AS (
        SELECT tenant_id, user_id::text AS actor_id FROM ops.notification_recipient
        WHERE cardinality(roles) > 0 AND NOT roles <@ ARRAY['USER']
        UNION SELECT tenant_id, actor_id FROM sign_in WHERE actor_kind = 'platform'
      )
      SELECT count(*)::int AS privileged,
             count(s.actor_id)::int AS "signedIn",
             count(*) FILTER (WHERE s.by_two)::int AS "byTwoFactors",
             count(*) FILTER (WHERE s.actor_id IS NULL AND NOT EXISTS (
               SELECT FROM ops.audit_entry AS e
               WHERE e.tenant_id = p.tenant_id AND e.action = 'RBAC_ROLE_CHANGED' AND e.occurred_at >= ${since}
                 AND e.subject_id = p.actor_id
             ))::int AS dormant
      FROM person AS p LEFT JOIN sign_in AS s USING (tenant_id, actor_id)`,
  );

/** A membership's last change before a sign-in counts: whoever was removed may have come back. */
export const countAccessChanges = async (db: Db, since: Date): Promise<AccessEvidence> =>
  only(
    await db.$queryRaw<AccessEvidence[]>`
      WITH change AS (
        SELECT tenant_id, subject_id, occurred_at, coalesce(meta ->> 'change' = 'membership_removed', false) AS removed
        FROM ops.audit_entry WHERE action = 'RBAC_ROLE_CHANGED' AND occurred_at >= ${since}
      )
      SELECT (SELECT count(*) FROM change)::int AS "roleChanges",
             (SELECT count(*) FROM change WHERE removed)::int AS removed,
             (SELECT count(*) FROM ops.audit_entry AS e CROSS JOIN LATERAL (
                SELECT c.removed FROM change AS c
                WHERE c.tenant_id = e.tenant_id AND c.subject_id = e.actor_id AND c.occurred_at <= e.occurred_at
                ORDER BY c.occurred_at DESC LIMIT 1
              ) AS last
              WHERE e.action = 'AUTH_LOGIN' AND e.occurred_at >= ${since} AND last.removed)::int AS "signInsAfterRemoval"`,
  );

/** Of those detected since, and of those that go on, however old. */
export const countLateIncidents = async (db: Db, now: Date): Promise<Pick<IncidentEvidence, 'unacknowledged' | 'lasting'>> =>
  only(
    await db.$queryRaw<Pick<IncidentEvidence, 'unacknowledged' | 'lasting'>[]>`
      SELECT count(*) FILTER (WHERE acknowledged_at IS NULL AND occurred_at < ${now}::timestamptz - interval '1 day')::int AS unacknowledged,
             count(*) FILTER (WHERE occurred_at < ${now}::timestamptz - interval '7 days')::int AS lasting
      FROM ops.incident WHERE resolved_at IS NULL`,
  );

/** Requests for one's data, and to be forgotten, by what was written of them. */
export const countPrivacyRequests = async (db: Db, since: Date, now: Date): Promise<PrivacyEvidence> =>
  only(
    await db.$queryRaw<PrivacyEvidence[]>`
      WITH request AS (
        SELECT tenant_id, meta ->> 'requestId', min(occurred_at) AS asked_at,
               bool_or(meta ->> 'change' IN ('personal_data_ready', 'personal_data_fetched', 'personal_data_done')) AS answered,
               bool_or(meta ->> 'change' IN ('personal_data_cancelled', 'personal_data_refused')) AS closed
        FROM ops.audit_entry
        WHERE action IN ('DATA_EXPORT', 'DATA_DELETE') AND occurred_at >= ${since} AND meta ->> 'change' LIKE 'personal\\_data\\_%'
        GROUP BY 1, 2
      )
      SELECT count(*)::int AS asked, count(*) FILTER (WHERE answered)::int AS answered,
             count(*) FILTER (WHERE NOT answered AND NOT closed AND asked_at < ${now}::timestamptz - interval '30 days')::int AS overdue
      FROM request`,
  );

export const countDeadLetters = (db: Db): Promise<number> => db.deadLetter.count();

/** Keys, components and flags: of the platform alone. */
export const measurePlatform = async (db: PlatformDb, since: Date, now: Date): Promise<PlatformEvidence> =>
  only(
    await db.$queryRaw<PlatformEvidence[]>`
      WITH watched AS (
        SELECT DISTINCT ON (component) component, ok FROM ops.component_state
        WHERE seen_at >= ${now}::timestamptz - interval '10 minutes' ORDER BY component, since DESC
      ), change AS (
        SELECT c.approved_by, coalesce((f.definition ->> 'needsApproval')::boolean, false) AND c.kind NOT IN ('CREATED', 'KILL_SWITCH') AS needs_approval
        FROM ops.flag_change AS c LEFT JOIN kernel.flag AS f USING (key) WHERE c.at >= ${since}
      )
      SELECT (SELECT extract(epoch FROM ${now}::timestamptz - max(created_at)) / 86400 FROM ops.audit_signing_key)::float8 AS "auditKeyAgeDays",
             (SELECT extract(epoch FROM ${now}::timestamptz - max(occurred_at)) / 86400 FROM ops.audit_entry
              WHERE action = 'OPS_ACTION_APPLIED' AND meta ->> 'change' = 'signing_key_rotated')::float8 AS "tokenKeyAgeDays",
             (SELECT count(*) FROM watched)::int AS "componentsWatched",
             (SELECT count(*) FROM watched WHERE NOT ok)::int AS "componentsUnwell",
             (SELECT count(*) FROM change)::int AS "flagChanges",
             (SELECT count(*) FROM change WHERE approved_by IS NOT NULL)::int AS "approvedChanges",
             (SELECT count(*) FROM change WHERE needs_approval AND approved_by IS NULL)::int AS "unapprovedChanges"`,
  );

/** Seconds since the oldest entry that is in no tree came in; null without any. */
export const oldestQueuedSeconds = async (db: Db, now: Date): Promise<number | null> => {
  const oldest = await db.auditQueue.findFirst({ orderBy: { queuedAt: 'asc' }, select: { queuedAt: true } });
  return oldest && Math.max(0, (now.getTime() - oldest.queuedAt.getTime()) / 1_000);
};
