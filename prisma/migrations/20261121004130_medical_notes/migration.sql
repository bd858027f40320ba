-- What is noted of a client's health. Sealed, written once, and read only with a reason.
CREATE TABLE booking.medical_note (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  id         uuid NOT NULL,
  client_id  uuid NOT NULL,
  sealed     text NOT NULL,
  author_id  text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT medical_note_pkey PRIMARY KEY (tenant_id, id),
  CONSTRAINT medical_note_tenant_id_client_id_fkey FOREIGN KEY (tenant_id, client_id)
    REFERENCES booking.client (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX medical_note_tenant_id_client_id_created_at_id_idx
  ON booking.medical_note (tenant_id, client_id, created_at, id);
SELECT kernel.isolate_tenant_rows('booking.medical_note');
REVOKE UPDATE, TRUNCATE ON booking.medical_note FROM spine_app, spine_platform;
