import { mkdtemp, cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { testServerUrl } from '../tests/support/database.js';
import { onServer } from '../tests/support/server-connection.js';
import { schemaDrift } from './drift.js';

describe('the migrations', () => {
  it('arrive at what prisma/schema describes', async () => {
    expect(await schemaDrift(testServerUrl())).toBe('');
  });
});

describe('the drift of a schema from its migrations', () => {
  let folder: string;
  const options = () => ({
    schemaFolder: path.join(folder, 'schema'),
    migrationsFolder: path.join(folder, 'migrations'),
  });

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'spine-drift-'));
    await mkdir(path.join(folder, 'schema'));
    await cp('prisma/schema/schema.prisma', path.join(folder, 'schema/schema.prisma'));
    await mkdir(path.join(folder, 'migrations/1_slots'), { recursive: true });
    await writeFile(path.join(folder, 'migrations/migration_lock.toml'), 'provider = "postgresql"\n');
    await writeFile(
      path.join(folder, 'migrations/1_slots/migration.sql'),
      `CREATE EXTENSION btree_gist; CREATE SCHEMA booking;
       CREATE TABLE booking.slot (
         tenant_id uuid NOT NULL, id uuid NOT NULL, starts_at timestamptz(3) NOT NULL, ends_at timestamptz(3) NOT NULL,
         CONSTRAINT slot_pkey PRIMARY KEY (tenant_id, id),
         CONSTRAINT slot_ends_after_it_starts CHECK (ends_at > starts_at),
         CONSTRAINT slot_overlaps_no_other
           EXCLUDE USING gist (tenant_id WITH =, tstzrange(starts_at, ends_at) WITH &&) WHERE (ends_at IS NOT NULL));
       ALTER TABLE booking.slot ENABLE ROW LEVEL SECURITY;
       ALTER TABLE booking.slot FORCE ROW LEVEL SECURITY;
       CREATE POLICY own ON booking.slot USING (tenant_id::text = current_setting('app.tenant_id'));
       CREATE FUNCTION booking.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$;
       CREATE TRIGGER refuse BEFORE DELETE ON booking.slot FOR EACH ROW EXECUTE FUNCTION booking.refuse();`,
    );
  });

  afterEach(() => rm(folder, { recursive: true }));

  async function describeSlot(extra: string): Promise<void> {
    await writeFile(
      path.join(folder, 'schema/booking.prisma'),
      `model Slot {
         tenantId String   @map("tenant_id") @db.Uuid
         id       String   @db.Uuid
         startsAt DateTime @map("starts_at") @db.Timestamptz(3)
         endsAt   DateTime @map("ends_at") @db.Timestamptz(3)
         ${extra}
         @@id([tenantId, id])
         @@map("slot")
         @@schema("booking")
       }\n`,
    );
  }

  it('holds nothing of what Prisma cannot model: policies, exclusion and check constraints, functions, triggers', async () => {
    await describeSlot('');
    expect(await schemaDrift(testServerUrl(), options())).toBe('');
  });

  it('is the SQL that is missing', async () => {
    await describeSlot('note String?');
    expect(await schemaDrift(testServerUrl(), options())).toContain(
      'ALTER TABLE "booking"."slot" ADD COLUMN     "note" TEXT;',
    );
  });

  it('is found without leaving a database behind', async () => {
    await describeSlot('');
    await schemaDrift(testServerUrl(), options());
    const shadows = await onServer(testServerUrl(), (client) =>
      client.query("SELECT 1 FROM pg_database WHERE datname LIKE 'prisma_migrate_shadow_db_%'"),
    );
    expect(shadows.rowCount).toBe(0);
  });
});
