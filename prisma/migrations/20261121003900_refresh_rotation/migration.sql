-- Changes a refresh token for the next one of its family: in one round trip, since refreshing is what identity does
-- most, and statement after statement, so that each sees what was committed while the one before waited for its lock.
--   ROTATED  the next token stands in its place
--   REUSED   it was used already; whoever asks ends the session
--   REFUSED  unknown, expired, of another realm or of a session that is over, or its owner may not sign in any more
-- Of parallel refreshes the first locks the token, and the others find it used. A ban waits for the lock on the
-- membership and then finds the session, or is waited for and found here.
CREATE FUNCTION identity.rotate_refresh_token(
  presented text, expected_realm text, next_hash text, moment timestamptz, next_until timestamptz,
  OUT verdict text, OUT session_id uuid, OUT subject_id uuid, OUT amr text[], OUT authenticated_at timestamptz,
  OUT membership_id uuid, OUT roles text[])
LANGUAGE plpgsql
AS $$
DECLARE
  token identity.refresh_token;
  session identity.session;
BEGIN
  verdict := 'REFUSED';
  SELECT * INTO token FROM identity.refresh_token AS t WHERE t.hash = presented FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  SELECT * INTO session FROM identity.session AS s WHERE s.id = token.session_id;
  IF session.realm = 'tenant' THEN
    PERFORM 1 FROM identity.membership AS m WHERE m.user_id = session.subject_id FOR SHARE;
    SELECT * INTO session FROM identity.session AS s WHERE s.id = token.session_id;
  END IF;
  IF session.realm IS DISTINCT FROM expected_realm OR session.revoked_at IS NOT NULL THEN RETURN; END IF;
  session_id := session.id;
  subject_id := session.subject_id;
  IF token.used_at IS NOT NULL THEN
    verdict := 'REUSED';
    RETURN;
  END IF;
  IF token.expires_at <= moment THEN RETURN; END IF;
  IF session.realm = 'tenant' THEN
    SELECT m.id, m.roles INTO membership_id, roles
    FROM identity.membership AS m JOIN identity."user" AS u ON u.id = m.user_id
    WHERE m.user_id = session.subject_id
      AND m.status IN ('ACTIVE', 'PENDING') AND u.status IN ('ACTIVE', 'PENDING');
    IF NOT FOUND THEN RETURN; END IF;
  END IF;
  amr := session.amr;
  authenticated_at := session.authenticated_at;
  UPDATE identity.refresh_token AS t SET used_at = moment WHERE t.hash = presented;
  INSERT INTO identity.refresh_token (hash, session_id, expires_at) VALUES (next_hash, session.id, next_until);
  UPDATE identity.session AS s SET expires_at = next_until WHERE s.id = session.id;
  verdict := 'ROTATED';
END $$;
