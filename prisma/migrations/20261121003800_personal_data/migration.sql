-- Requests of people for their data, or to be forgotten, and how what is final forgets them.

CREATE TYPE identity."PersonalDataKind" AS ENUM ('EXPORT', 'ERASURE');
CREATE TYPE identity."PersonalDataStatus" AS ENUM
  ('WAITING', 'AT_WORK', 'READY', 'DONE', 'EXPIRED', 'CANCELLED', 'REFUSED', 'FAILED');

CREATE TABLE identity.personal_data_request (
  tenant_id      uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id             uuid NOT NULL,
  kind           identity."PersonalDataKind" NOT NULL,
  status         identity."PersonalDataStatus" NOT NULL,
  user_id        uuid,
  client_id      uuid,
  requested_by   uuid NOT NULL,
  sealed_subject text,
  tenant         jsonb NOT NULL,
  requested_at   timestamptz(3) NOT NULL,
  perform_at     timestamptz(3) NOT NULL,
  asked_at       timestamptz(3),
  rounds         integer NOT NULL DEFAULT 0,
  ready_at       timestamptz(3),
  ended_at       timestamptz(3),
  expires_at     timestamptz(3),
  download_hash  text,
  download_until timestamptz(3),
  refusal        text,
  CONSTRAINT personal_data_request_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT personal_data_request_is_about_somebody CHECK (user_id IS NOT NULL OR client_id IS NOT NULL),
  CONSTRAINT personal_data_request_tenant_is_its_own CHECK ((tenant ->> 'id') = tenant_id::text),
  CONSTRAINT personal_data_request_link_ends CHECK ((download_hash IS NULL) = (download_until IS NULL)),
  CONSTRAINT personal_data_request_is_refused_for_a_reason CHECK ((status = 'REFUSED') = (refusal IS NOT NULL))
);
CREATE INDEX personal_data_request_tenant_id_requested_at_id_idx
  ON identity.personal_data_request (tenant_id, requested_at, id);
CREATE INDEX personal_data_request_tenant_id_user_id_idx ON identity.personal_data_request (tenant_id, user_id);
CREATE INDEX personal_data_request_status_perform_at_idx ON identity.personal_data_request (status, perform_at);
CREATE UNIQUE INDEX personal_data_request_tenant_id_download_hash_key
  ON identity.personal_data_request (tenant_id, download_hash);
-- One of a kind at a time for each person.
CREATE UNIQUE INDEX personal_data_request_one_of_a_user ON identity.personal_data_request (tenant_id, kind, user_id)
  WHERE status IN ('WAITING', 'AT_WORK');
CREATE UNIQUE INDEX personal_data_request_one_of_a_client ON identity.personal_data_request (tenant_id, kind, client_id)
  WHERE status IN ('WAITING', 'AT_WORK');
SELECT kernel.isolate_tenant_rows('identity.personal_data_request');

CREATE TABLE identity.personal_data_answer (
  tenant_id     uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  request_id    uuid NOT NULL,
  subgraph      text NOT NULL,
  sealed_answer text,
  erased        jsonb,
  answered_at   timestamptz(3) NOT NULL,
  CONSTRAINT personal_data_answer_pkey PRIMARY KEY (tenant_id, request_id, subgraph),
  CONSTRAINT personal_data_answer_tenant_id_request_id_fkey FOREIGN KEY (tenant_id, request_id)
    REFERENCES identity.personal_data_request (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
SELECT kernel.isolate_tenant_rows('identity.personal_data_answer');

-- Rows stay final for everyone, but for the functions below: they run as the owner of the table, and say that they erase.
CREATE OR REPLACE FUNCTION kernel.refuse_change() RETURNS trigger
LANGUAGE plpgsql
AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('app.erasing', true) = 'on'
     AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN
    RETURN NULL;
  END IF;
  RAISE EXCEPTION '%.% is append-only', TG_TABLE_SCHEMA, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

-- Row level security binds the owner, too: she reaches the rows of the tenant of the transaction, as everybody does.
CREATE FUNCTION kernel.let_owner_erase(target regclass) RETURNS void
LANGUAGE plpgsql
AS $$
BEGIN
  EXECUTE format(
    'CREATE POLICY erasure ON %s TO CURRENT_USER USING (tenant_id = kernel.current_tenant_id()) WITH CHECK (tenant_id = kernel.current_tenant_id())',
    target);
END $$;

SELECT kernel.let_owner_erase('identity.consent');
CREATE FUNCTION identity.blank_consents(of_user uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE changed integer;
BEGIN
  PERFORM set_config('app.erasing', 'on', true);
  UPDATE identity.consent SET ip = NULL, user_agent = NULL
  WHERE tenant_id = kernel.current_tenant_id() AND user_id = of_user;
  GET DIAGNOSTICS changed = ROW_COUNT;
  PERFORM set_config('app.erasing', '', true);
  RETURN changed;
END $$;

SELECT kernel.let_owner_erase('booking.booking_status_change');
CREATE FUNCTION booking.blank_status_reasons(of_bookings uuid[], of_actor text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE changed integer;
BEGIN
  PERFORM set_config('app.erasing', 'on', true);
  UPDATE booking.booking_status_change SET reason = NULL
  WHERE tenant_id = kernel.current_tenant_id() AND (booking_id = ANY(of_bookings) OR actor_id = of_actor);
  GET DIAGNOSTICS changed = ROW_COUNT;
  PERFORM set_config('app.erasing', '', true);
  RETURN changed;
END $$;

SELECT kernel.let_owner_erase('marketing.loyalty_entry');
CREATE FUNCTION marketing.blank_loyalty_notes(of_accounts uuid[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE changed integer;
BEGIN
  PERFORM set_config('app.erasing', 'on', true);
  UPDATE marketing.loyalty_entry SET note = NULL
  WHERE tenant_id = kernel.current_tenant_id() AND account_id = ANY(of_accounts);
  GET DIAGNOSTICS changed = ROW_COUNT;
  PERFORM set_config('app.erasing', '', true);
  RETURN changed;
END $$;

SELECT kernel.let_owner_erase('tenancy.workflow_comment');
CREATE FUNCTION tenancy.blank_workflow_comments(of_author text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE changed integer;
BEGIN
  PERFORM set_config('app.erasing', 'on', true);
  UPDATE tenancy.workflow_comment SET text = ''
  WHERE tenant_id = kernel.current_tenant_id() AND author_id = of_author;
  GET DIAGNOSTICS changed = ROW_COUNT;
  PERFORM set_config('app.erasing', '', true);
  RETURN changed;
END $$;

-- What somebody said in a run goes at once, what she gave it once the run is over: until then it is worked with.
SELECT kernel.let_owner_erase('tenancy.workflow_entry');
CREATE FUNCTION tenancy.blank_workflow_entries(of_actor text, of_runs_over uuid[]) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE changed integer;
BEGIN
  PERFORM set_config('app.erasing', 'on', true);
  UPDATE tenancy.workflow_entry SET body = body
    || CASE WHEN body ? 'comment' THEN '{"comment": null}'::jsonb ELSE '{}'::jsonb END
    || CASE WHEN body ? 'reason' THEN '{"reason": ""}'::jsonb ELSE '{}'::jsonb END
    || CASE WHEN body ? 'data' AND run_id = ANY(of_runs_over) THEN '{"data": {}}'::jsonb ELSE '{}'::jsonb END
    || CASE WHEN body ? 'input' AND run_id = ANY(of_runs_over) THEN '{"input": {}}'::jsonb ELSE '{}'::jsonb END
  WHERE tenant_id = kernel.current_tenant_id() AND body -> 'actor' ->> 'id' = of_actor;
  GET DIAGNOSTICS changed = ROW_COUNT;
  PERFORM set_config('app.erasing', '', true);
  RETURN changed;
END $$;

SELECT kernel.let_owner_erase('ops.ticket_message');
CREATE FUNCTION ops.blank_ticket_messages(of_tickets uuid[], of_author uuid) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE changed integer;
BEGIN
  PERFORM set_config('app.erasing', 'on', true);
  UPDATE ops.ticket_message SET body = ''
  WHERE tenant_id = kernel.current_tenant_id() AND (ticket_id = ANY(of_tickets) OR author_id = of_author);
  GET DIAGNOSTICS changed = ROW_COUNT;
  PERFORM set_config('app.erasing', '', true);
  RETURN changed;
END $$;

-- The tree holds address and browser as a salted hash only, so its heads stay what they were. The salt goes with them:
-- there are few enough addresses to try them all.
SELECT kernel.let_owner_erase('ops.audit_entry');
SELECT kernel.let_owner_erase('ops.audit_leaf');
CREATE FUNCTION ops.blank_audit_clients(of_actor text) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $$
DECLARE changed integer;
BEGIN
  PERFORM set_config('app.erasing', 'on', true);
  UPDATE ops.audit_leaf l SET client_salt = uuid_send(gen_random_uuid())
  FROM ops.audit_entry e
  WHERE l.tenant_id = kernel.current_tenant_id() AND e.tenant_id = l.tenant_id AND e.id = l.id AND e.actor_id = of_actor;
  UPDATE ops.audit_entry SET ip = NULL, user_agent = NULL
  WHERE tenant_id = kernel.current_tenant_id() AND actor_id = of_actor;
  GET DIAGNOSTICS changed = ROW_COUNT;
  PERFORM set_config('app.erasing', '', true);
  RETURN changed;
END $$;

DO $$
DECLARE signature text;
BEGIN
  REVOKE ALL ON FUNCTION kernel.let_owner_erase(regclass) FROM PUBLIC;
  FOREACH signature IN ARRAY ARRAY[
    'identity.blank_consents(uuid)',
    'booking.blank_status_reasons(uuid[], text)',
    'marketing.blank_loyalty_notes(uuid[])',
    'tenancy.blank_workflow_comments(text)',
    'tenancy.blank_workflow_entries(text, uuid[])',
    'ops.blank_ticket_messages(uuid[], uuid)',
    'ops.blank_audit_clients(text)'
  ] LOOP
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', signature);
    EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO spine_app', signature);
  END LOOP;
END $$;
