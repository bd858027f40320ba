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

export interface EventLog {
  /**
   * The next events in order. Stops short of the oldest transaction still running anywhere on the server,
   * because that one may yet commit an event that belongs before later ones.
   */
  read(slice: LogSlice): Promise<readonly StoredEvent[]>;
  /** The newest position that can be read now. */
  head(): Promise<Position>;
  /** The newest position of a tenant, whether or not it can be read yet. */
  newestOf(tenantId: string): Promise<Position>;
}

// The transaction id leaves as text; it is compared and sorted as what it is, so both name the column's table.
const SELECT = `SELECT id, xact_id::text AS xact_id, type, payload, headers, occurred_at FROM kernel.outbox_event AS e`;

/** @param pool bound to the platform's role: the log is read across tenants */
export function createEventLog(pool: pg.Pool): EventLog {
  const positionOf = (row: { readonly xact_id: string; readonly id: string } | undefined): Position =>
    row ? { xactId: row.xact_id, eventId: row.id } : LOG_START;

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
      const { rows } = await pool.query<EventRow>(
        `SELECT id, xact_id::text AS xact_id FROM kernel.outbox_event AS e
         WHERE e.xact_id < pg_snapshot_xmin(pg_current_snapshot())
         ORDER BY e.xact_id DESC, e.id DESC LIMIT 1`,
      );
      return positionOf(rows[0]);
    },
    async newestOf(tenantId) {
      const { rows } = await pool.query<EventRow>(
        `SELECT id, xact_id::text AS xact_id FROM kernel.outbox_event AS e
         WHERE e.tenant_id = $1 ORDER BY e.xact_id DESC, e.id DESC LIMIT 1`,
        [tenantId],
      );
      return positionOf(rows[0]);
    },
  };
}
