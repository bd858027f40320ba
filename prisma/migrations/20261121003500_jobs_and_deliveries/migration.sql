-- Work that has to be done and may fail: written with what it follows from, done by a worker.
CREATE TYPE kernel."JobStatus" AS ENUM ('PENDING', 'DONE', 'DEAD');

CREATE TABLE kernel.job (
  tenant_id     uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id            uuid NOT NULL,
  queue         text NOT NULL,
  kind          text NOT NULL,
  key           text,
  payload       jsonb NOT NULL,
  headers       jsonb NOT NULL,
  priority      smallint NOT NULL,
  status        kernel."JobStatus" NOT NULL DEFAULT 'PENDING',
  attempts      integer NOT NULL DEFAULT 0,
  most_attempts integer NOT NULL,
  due_at        timestamptz(3),
  lease_id      uuid,
  failure       text,
  created_at    timestamptz(3) NOT NULL,
  finished_at   timestamptz(3),
  CONSTRAINT job_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT job_is_due_while_pending CHECK ((status = 'PENDING') = (due_at IS NOT NULL)),
  CONSTRAINT job_is_finished_at_a_time CHECK ((status = 'PENDING') = (finished_at IS NULL)),
  CONSTRAINT job_is_leased_while_pending CHECK (status = 'PENDING' OR lease_id IS NULL),
  CONSTRAINT job_has_a_known_priority CHECK (priority BETWEEN 0 AND 2),
  CONSTRAINT job_has_attempts CHECK (most_attempts > 0)
);
CREATE UNIQUE INDEX job_tenant_id_kind_key_key ON kernel.job (tenant_id, kind, key);
CREATE INDEX job_queue_priority_due_at_idx ON kernel.job (queue, priority, due_at);
CREATE INDEX job_status_finished_at_id_idx ON kernel.job (status, finished_at, id);
SELECT kernel.isolate_tenant_rows('kernel.job');
