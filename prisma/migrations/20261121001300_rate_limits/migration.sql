-- How much was counted in each window of the rate limits, where gateways have no Redis to share. Worth nothing after
-- a crash, so it is not logged.
CREATE UNLOGGED TABLE kernel.rate_limit (
  key    varchar(255) NOT NULL,
  points integer NOT NULL DEFAULT 0,
  expire bigint,
  CONSTRAINT rate_limit_pkey PRIMARY KEY (key)
);
REVOKE ALL ON kernel.rate_limit FROM spine_app;
