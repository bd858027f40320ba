-- What became of the operations that were asked of a company in an hour, as its gateways have counted them.
CREATE TABLE ops.request_count (
  tenant_id uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  hour      timestamptz(3) NOT NULL,
  answered  integer NOT NULL DEFAULT 0,
  refused   integer NOT NULL DEFAULT 0,
  failed    integer NOT NULL DEFAULT 0,
  CONSTRAINT request_count_pkey PRIMARY KEY (tenant_id, hour),
  CONSTRAINT request_count_full_hour CHECK (hour = date_trunc('hour', hour, 'UTC'))
);
CREATE INDEX request_count_hour_idx ON ops.request_count (hour);
SELECT kernel.isolate_tenant_rows('ops.request_count');
