-- What breaks and what is slow, counted. It concerns whoever runs the platform: the application's role has no business here.
CREATE TABLE kernel.error_group (
  fingerprint   text NOT NULL,
  source        text NOT NULL,
  name          text NOT NULL,
  message       text NOT NULL,
  place         text NOT NULL,
  count         bigint NOT NULL,
  first_seen_at timestamptz(3) NOT NULL,
  last_seen_at  timestamptz(3) NOT NULL,
  CONSTRAINT error_group_pkey PRIMARY KEY (fingerprint)
);
CREATE INDEX error_group_last_seen_at_fingerprint_idx ON kernel.error_group (last_seen_at, fingerprint);
REVOKE ALL ON kernel.error_group FROM spine_app;

CREATE TABLE kernel.slow_operation (
  source       text NOT NULL,
  name         text NOT NULL,
  count        bigint NOT NULL,
  total_ms     bigint NOT NULL,
  longest_ms   integer NOT NULL,
  last_seen_at timestamptz(3) NOT NULL,
  CONSTRAINT slow_operation_pkey PRIMARY KEY (source, name)
);
REVOKE ALL ON kernel.slow_operation FROM spine_app;
