import type pg from 'pg';
import { LOG_START, type EventHeaders, type Position, type StoredEvent } from './event.js';

interface EventRow {
  readonly id: string;
  readonly xact_id: string;
  readonly type: string;
  readonly payload: unknown;
  readonly headers: EventHeaders;
  readonly occurred_at: Date;
}

export interface LogSlice {
  readonly after: Position;
  readonly limit: number;
  /** Only this tenant's events; every tenant's when left out. */
  readonly tenantId?: string | undefined;
  /** Only these types; every type when left out. */
  readonly types?: readonly string[] | undefined;
}

export interface LogEnd {
  readonly head: Position;
  readonly heldBack: boolean;
}

export interface EventLog {
  /**
   * The next events in order. Stops short of the oldest transaction still running anywhere on the server,
   * because that one may yet commit an event that belongs before later ones.
   */
  read(slice: LogSlice): Promise<readonly StoredEvent[]>;
  /** The newest position that can be read now. */
  head(): Promise<Position>;
  /** The same, and whether there is more that an older transaction, still running, holds back. */
  end(): Promise<LogEnd>;
  /** The newest position of a tenant, whether or not it can be read yet. */
  newestOf(tenantId: string): Promise<Position>;
  /** The last event that was removed; everything kept comes after it. The start of the log when none was. */
  floor(): Promise<Position>;
  /** A place that everything written since then comes after, near enough to begin reading at. */
  before(instant: Date): Promise<Position>;
}

/** Longer than a transaction that writes events takes: it may stand in the log before what was written earlier. */
const SLACK_MS = 120_000;

/** The least id that can have been given at that time. */
function firstIdAt(milliseconds: number): string {
  const hex = Math.max(milliseconds, 0).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

// The transaction id leaves as text; it is compared and sorted as what it is, so both name the column's table.
const SELECT = `SELECT id, xact_id::text AS xact_id, type, payload, headers, occurred_at FROM kernel.outbox_event AS e`;

/** @param pool bound to the platform's role: the log is read across tenants */
export function createEventLog(pool: pg.Pool): EventLog {
  const positionOf = (row: { readonly xact_id: string; readonly id: string } | undefined): Position =>
    row ? { xactId: row.xact_id, eventId: row.id } : LOG_START;

  const end = async (): Promise<LogEnd> => {
    const { rows } = await pool.query<Pick<EventRow, 'id' | 'xact_id'> & { readonly held_back: boolean }>(
      `SELECT newest.id, newest.xact_id::text AS xact_id, held.back AS held_back
       FROM (SELECT EXISTS (
           SELECT FROM kernel.outbox_event WHERE xact_id >= pg_snapshot_xmin(pg_current_snapshot())) AS back) AS held
       LEFT JOIN LATERAL (
         SELECT e.id, e.xact_id FROM kernel.outbox_event AS e
         WHERE e.xact_id < pg_snapshot_xmin(pg_current_snapshot())
         ORDER BY e.xact_id DESC, e.id DESC LIMIT 1) AS newest ON true`,
    );
    const row = rows[0];
    return { head: row?.id == null ? LOG_START : positionOf(row), heldBack: row?.held_back ?? false };
  };

  return {
    async read({ after, limit, tenantId, types }) {
      const { rows } = await pool.query<EventRow>(
        `${SELECT}
         WHERE (e.xact_id, e.id) > ($1::xid8, $2::uuid)
           AND e.xact_id < pg_snapshot_xmin(pg_current_snapshot())
           AND ($4::uuid IS NULL OR tenant_id = $4::uuid)
           AND ($5::text[] IS NULL OR type = ANY($5::text[]))
         ORDER BY e.xact_id, e.id
         LIMIT $3`,
        [after.xactId, after.eventId, limit, tenantId ?? null, types ?? null],
      );
      return rows.map((row) => ({
        id: row.id,
        position: positionOf(row),
        type: row.type,
        payload: row.payload,
        headers: row.headers,
        occurredAt: row.occurred_at,
      }));
    },
    async head() {
      const { head } = await end();
      return head;
    },
    end,
    async newestOf(tenantId) {
      const { rows } = await pool.query<EventRow>(
        `SELECT id, xact_id::text AS xact_id FROM kernel.outbox_event AS e
         WHERE e.tenant_id = $1 ORDER BY e.xact_id DESC, e.id DESC LIMIT 1`,
        [tenantId],
      );
      return positionOf(rows[0]);
    },
    async floor() {
      const { rows } = await pool.query<{ readonly id: string; readonly xact_id: string }>(
        'SELECT xact_id::text AS xact_id, event_id AS id FROM kernel.outbox_floor',
      );
      return positionOf(rows[0]);
    },
    async before(instant) {
      // Backwards from the newest, so that it costs what has happened since, however long the log is.
      const { rows } = await pool.query<EventRow>(
        `SELECT id, xact_id::text AS xact_id FROM kernel.outbox_event AS e
         WHERE e.id < $1::uuid ORDER BY e.xact_id DESC, e.id DESC LIMIT 1`,
        [firstIdAt(instant.getTime() - SLACK_MS)],
      );
      return positionOf(rows[0]);
    },
  };
}
