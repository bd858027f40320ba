-- What companies ask the platform's staff for help with.
ALTER TYPE ops."NotificationKind" ADD VALUE 'TICKET_ANSWERED';

CREATE TYPE ops."TicketStatus" AS ENUM ('OPEN', 'IN_PROGRESS', 'WAITING_FOR_CUSTOMER', 'RESOLVED', 'CLOSED');
CREATE TYPE ops."TicketPriority" AS ENUM ('LOW', 'MEDIUM', 'HIGH', 'URGENT');

CREATE TABLE ops.support_ticket (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id           uuid NOT NULL,
  number       text NOT NULL,
  subject      text NOT NULL,
  status       ops."TicketStatus" NOT NULL DEFAULT 'OPEN',
  priority     ops."TicketPriority" NOT NULL,
  requester_id uuid NOT NULL,
  assignee_id  uuid,
  created_at   timestamptz(3) NOT NULL,
  updated_at   timestamptz(3) NOT NULL,
  answered_at  timestamptz(3),
  resolved_at  timestamptz(3),
  CONSTRAINT support_ticket_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT support_ticket_is_resolved_at_a_time CHECK ((status IN ('RESOLVED', 'CLOSED')) = (resolved_at IS NOT NULL))
);
CREATE UNIQUE INDEX support_ticket_number_key ON ops.support_ticket (number);
CREATE INDEX support_ticket_tenant_id_created_at_id_idx ON ops.support_ticket (tenant_id, created_at, id);
CREATE INDEX support_ticket_created_at_id_idx ON ops.support_ticket (created_at, id);
CREATE INDEX support_ticket_tenant_id_requester_id_idx ON ops.support_ticket (tenant_id, requester_id);
SELECT kernel.isolate_tenant_rows('ops.support_ticket');

CREATE TABLE ops.ticket_message (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id          uuid NOT NULL,
  ticket_id   uuid NOT NULL,
  author_kind text NOT NULL,
  author_id   uuid NOT NULL,
  body        text NOT NULL,
  is_internal boolean NOT NULL,
  at          timestamptz(3) NOT NULL,
  CONSTRAINT ticket_message_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT ticket_message_tenant_id_ticket_id_fkey FOREIGN KEY (tenant_id, ticket_id) REFERENCES ops.support_ticket (tenant_id, id) ON DELETE RESTRICT ON UPDATE CASCADE
);
CREATE INDEX ticket_message_tenant_id_ticket_id_idx ON ops.ticket_message (tenant_id, ticket_id);
SELECT kernel.isolate_tenant_rows('ops.ticket_message');
SELECT kernel.make_append_only('ops.ticket_message');
