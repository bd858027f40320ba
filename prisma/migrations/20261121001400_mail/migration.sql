-- Mails on their way out: written with what they follow from, sent by a worker.
CREATE TYPE ops."MailStatus" AS ENUM ('PENDING', 'SENT', 'FAILED');

CREATE TABLE ops.mail (
  tenant_id       uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id              uuid NOT NULL,
  template        text NOT NULL,
  recipient       text NOT NULL,
  sender_name     text NOT NULL,
  sealed          text,
  status          ops."MailStatus" NOT NULL DEFAULT 'PENDING',
  attempts        integer NOT NULL DEFAULT 0,
  next_attempt_at timestamptz(3),
  failure         text,
  created_at      timestamptz(3) NOT NULL,
  sent_at         timestamptz(3),
  CONSTRAINT mail_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT mail_is_attempted_while_pending CHECK ((status = 'PENDING') = (next_attempt_at IS NOT NULL)),
  -- The links in it are of use to nobody once it has been sent or given up.
  CONSTRAINT mail_is_forgotten_when_done CHECK ((status = 'PENDING') = (sealed IS NOT NULL)),
  CONSTRAINT mail_is_sent_at_a_time CHECK ((status = 'SENT') = (sent_at IS NOT NULL))
);
CREATE INDEX mail_tenant_id_created_at_id_idx ON ops.mail (tenant_id, created_at, id);
CREATE INDEX mail_tenant_id_recipient_idx ON ops.mail (tenant_id, recipient);
CREATE INDEX mail_next_attempt_at_idx ON ops.mail (next_attempt_at);
SELECT kernel.isolate_tenant_rows('ops.mail');
