CREATE TYPE tenancy."IntegrationCheckOutcome" AS ENUM ('ANSWERS', 'REFUSED', 'UNREACHABLE');

ALTER TABLE tenancy.integration
  -- Whether operations know where to call it. Those that were enabled before they were asked to are told of once more.
  ADD COLUMN is_told BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN checked_at TIMESTAMPTZ(3),
  ADD COLUMN check_outcome tenancy."IntegrationCheckOutcome",
  ADD COLUMN check_problem TEXT;

CREATE INDEX integration_is_told_idx ON tenancy.integration (is_told);
