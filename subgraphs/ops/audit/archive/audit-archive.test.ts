import { createHash } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startS3Double } from '../../../../infra/local/doubles/s3/s3-double.js';
import { createTestFiles } from '../../../../tests/support/files.js';
import { startTestOps, type TestOps } from '../../../../tests/support/ops.js';
import { ACME, contextFor, GLOBEX, memberOf, staffOf } from '../../../../tests/support/runtime.js';
import type { ObjectStore } from '../../../_kernel/files/object-store.js';
import { createS3Store } from '../../../_kernel/files/s3-store.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import type { Principal } from '../../../_kernel/wire/principal.js';
import type { TenantIdentity } from '../../../_kernel/wire/tenant.js';
import { createTreeGrower } from '../log/grow-tree.js';
import { createAuditKeys } from '../log/signing-key.js';
import { checkTrail } from '../verify/check-trail.js';
import { openTrailFile } from '../verify/trail-file.js';
import { openTrailInDatabase } from '../verify/trail-in-database.js';
import { createArchivedEntries } from './archived-entries.js';
import { ARCHIVE_TYPE, createAuditArchiver } from './audit-archiver.js';

const OWNER = memberOf(['settings:read'], { roles: ['OWNER'] });
const DAY_MS = 86_400_000;
const ENTRIES = '{ auditEntries(first: 50) { edges { node { id } } } }';
const ARCHIVES = `query($from: DateTime, $to: DateTime) {
  auditArchives(from: $from, to: $to) { edges { node { id entries firstLeaf checkpointSize oldestAt newestAt location sha256 bytes } } }
}`;
const INCLUSION = `query($entryId: ID!) {
  auditInclusionProof(entryId: $entryId) {
    ... on AuditInclusionProof { leafIndex leaf leafHash hashes checkpoint { size rootHash } }
    ... on UserError { message }
  }
}`;
const OPEN = `mutation($id: ID!) { openAuditArchive(id: $id) { __typename ... on OpenedAuditArchive { url expiresAt } } }`;
const PROOF = `mutation { exportAuditLogs(input: { format: PROOF }) { ... on AuditExport { content entries next } } }`;

interface Archive {
  readonly id: string;
  readonly entries: number;
  readonly firstLeaf: number;
  readonly checkpointSize: number;
  readonly location: string;
  readonly sha256: string;
}

// By RFC 9162, 2.1.3.2, and without a line of what it judges.
const sha = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
function rootBy(leaf: Buffer, index: number, size: number, siblings: readonly Buffer[]): Buffer {
  let [fn, sn, hash] = [index, size - 1, leaf];
  for (const sibling of siblings) {
    if (fn % 2 === 1 || fn === sn) {
      hash = sha(Buffer.from([1]), sibling, hash);
      while (fn % 2 === 0 && fn !== 0) [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
    } else {
      hash = sha(Buffer.from([1]), hash, sibling);
    }
    [fn, sn] = [Math.floor(fn / 2), Math.floor(sn / 2)];
  }
  return hash;
}

describe('the archive of the audit trail', () => {
  const files = createTestFiles();
  let t: TestOps;

  const parts = () => {
    const { database, secretBox } = t.runtime;
    return { database, platform: database.platform, keys: createAuditKeys(database, secretBox), logName: 'spine.example', files };
  };
  const signIns = async (count: number, tenant: TenantIdentity = ACME): Promise<void> => {
    const payloads = Array.from({ length: count }, () => ({ realm: 'tenant' as const, subjectId: uuidv7(), sessionId: uuidv7() }));
    await t.tellAll('identity.login_succeeded', payloads, { tenant });
    await t.settle(tenant);
    await createTreeGrower(parts()).grow(contextFor(tenant, undefined, t.clock));
  };
  const archiveOld = (store: ObjectStore = files): Promise<number> =>
    createAuditArchiver({ ...parts(), files: store }).archiveOld(contextFor(ACME, undefined, t.clock));
  const ask = async <Answer>(source: string, variables: object = {}, as: Principal = OWNER, tenant = ACME): Promise<Answer> => {
    const { data, errors } = await t.graphql(source, { variables: variables as Record<string, unknown>, as, tenant });
    expect(errors).toBeUndefined();
    return Object.values(data ?? {})[0] as Answer;
  };
  const nodes = async <Node>(source: string, variables: object = {}, as: Principal = OWNER, tenant = ACME): Promise<readonly Node[]> =>
    (await ask<{ edges: { node: Node }[] }>(source, variables, as, tenant)).edges.map(({ node }) => node);
  const verify = async (tenant = ACME) => {
    const { db } = t.runtime.database.platform;
    return checkTrail(await openTrailInDatabase(db, tenant.id, null, createArchivedEntries(db, files)));
  };

  beforeEach(async () => {
    t = await startTestOps({ files });
  });
  afterEach(() => t.stop());

  it('takes what is older than a year out of the database, up to a signed head, and says where it is', async () => {
    await signIns(3);
    await signIns(4);
    t.clock.advance(366 * DAY_MS);
    await signIns(2);
    expect(await archiveOld()).toBe(7);
    expect(await nodes(ENTRIES)).toHaveLength(2);
    const [archive, ...others] = await nodes<Archive>(ARCHIVES);
    expect(others).toEqual([]);
    expect(archive).toMatchObject({ entries: 7, firstLeaf: 0, checkpointSize: 7, location: expect.stringContaining(`${ACME.id}/audit/`) });
    expect(await archiveOld()).toBe(0);
    t.clock.advance(366 * DAY_MS);
    expect(await archiveOld()).toBe(2);
    const recent = { from: new Date(t.clock.now().getTime() - 500 * DAY_MS).toISOString() };
    expect(await nodes<Archive>(ARCHIVES, recent)).toMatchObject([{ entries: 2, firstLeaf: 7, checkpointSize: 9 }]);
    expect(await nodes(ENTRIES)).toEqual([]);
  });

  it('leaves the proofs of its entries as they were, to a verifier that is not ours', async () => {
    await signIns(5);
    const old = await nodes<{ id: string }>(ENTRIES);
    t.clock.advance(366 * DAY_MS);
    await signIns(3);
    await archiveOld();
    for (const { id } of old) {
      const proof = await ask<{ leafIndex: number; leaf: string; hashes: string[]; checkpoint: { size: number; rootHash: string } }>(INCLUSION, { entryId: id });
      const { leafIndex, leaf, hashes, checkpoint } = proof;
      const siblings = hashes.map((hash) => Buffer.from(hash, 'base64'));
      expect(rootBy(sha(Buffer.from([0]), Buffer.from(leaf)), leafIndex, checkpoint.size, siblings).toString('base64')).toBe(checkpoint.rootHash);
      expect(`aud_${String((JSON.parse(leaf) as { id: string }).id).replaceAll('-', '')}`).toBe(id);
    }
  });

  it('is read by the verifier, in the database and in an export of the whole log', async () => {
    await signIns(6);
    t.clock.advance(366 * DAY_MS);
    await signIns(2);
    await archiveOld();
    expect(await verify()).toMatchObject({ size: 8, problems: [] });
    const { content, entries, next } = await ask<{ content: string; entries: number; next: string | null }>(PROOF);
    expect([entries, next]).toEqual([8, null]);
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'spine-archive-')), 'log.ndjson');
    await writeFile(file, content);
    expect(await checkTrail(await openTrailFile(file, null))).toMatchObject({ size: 8, problems: [] });
  });

  it('does not pass for whole when a file was changed or is gone', async () => {
    await signIns(4);
    t.clock.advance(366 * DAY_MS);
    await archiveOld();
    const [archive] = await nodes<Archive>(ARCHIVES);
    await files.write(archive?.location ?? '', 'text/plain', Buffer.from('{}\n{}\n{}\n'));
    expect((await verify()).problems).toHaveLength(4);
    await files.remove(archive?.location ?? '');
    expect((await verify()).problems.join()).toContain('was removed');
  });

  it('removes nothing when the store keeps something else, or an entry is not what was signed', async () => {
    await signIns(4);
    t.clock.advance(366 * DAY_MS);
    const forgetful = { ...files, write: (key: string, type: string) => files.write(key, type, Buffer.from('else')) };
    expect(await archiveOld(forgetful)).toBe(0);
    expect(await nodes(ENTRIES)).toHaveLength(4);
    const client = await t.runtime.pools.platform.connect();
    try {
      await client.query('RESET ROLE');
      await client.query('SET ROLE NONE');
      await client.query("SET session_replication_role = 'replica'");
      await client.query("UPDATE ops.audit_entry SET surface = 'elsewhere' WHERE id = (SELECT min(id::text)::uuid FROM ops.audit_entry)");
    } finally {
      client.release(true);
    }
    expect(await archiveOld()).toBe(0);
    expect(await nodes(ENTRIES)).toHaveLength(4);
    expect(await nodes(ARCHIVES)).toEqual([]);
  });

  it('is written to an S3 server whole, is read back from there, and is checked by its link', async () => {
    const double = await startS3Double(() => t.clock.now().getTime());
    try {
      const { endpoint, bucket, keys } = double;
      const store = createS3Store({ endpoint, bucket, ...keys }, t.clock);
      await signIns(5);
      t.clock.advance(366 * DAY_MS);
      await signIns(1);

      const stranger = createS3Store({ endpoint, bucket, ...keys, secretAccessKey: 'another secret' }, t.clock);
      expect(await archiveOld(stranger)).toBe(0);
      expect(double.list()).toEqual([]);
      expect(await nodes(ENTRIES)).toHaveLength(6);

      expect(await archiveOld(store)).toBe(5);
      const [archive] = await nodes<Archive>(ARCHIVES);
      expect(archive).toMatchObject({ entries: 5, firstLeaf: 0 });
      expect(double.list()).toEqual([archive?.location]);
      expect(await store.stat(archive?.location ?? '')).toMatchObject({ contentType: ARCHIVE_TYPE });
      const { db } = t.runtime.database.platform;
      const verdict = () => openTrailInDatabase(db, ACME.id, null, createArchivedEntries(db, store)).then((trail) => checkTrail(trail));
      expect(await verdict()).toMatchObject({ size: 6, problems: [] });

      const link = await store.downloadLink({ key: archive?.location ?? '', contentType: ARCHIVE_TYPE, name: 'audit.ndjson', expiresInSeconds: 60 });
      const bytes = Buffer.from(await (await fetch(link)).arrayBuffer());
      expect(sha(bytes).toString('hex')).toBe(archive?.sha256);
      expect(bytes.toString('utf8').trimEnd().split('\n')).toHaveLength(2 + 5);

      // Archived again nothing is, and what somebody puts in its place is not believed.
      expect(await archiveOld(store)).toBe(0);
      await store.write(archive?.location ?? '', ARCHIVE_TYPE, Buffer.from('{}\n{}\n{}\n'));
      expect((await verdict()).problems).toHaveLength(5);
    } finally {
      await double.stop();
    }
  });

  it('stays in the database while the S3 server is away, and goes out once it is back', async () => {
    const double = await startS3Double(() => t.clock.now().getTime());
    const { endpoint, bucket, keys } = double;
    await double.stop();
    await signIns(3);
    t.clock.advance(366 * DAY_MS);
    expect(await archiveOld(createS3Store({ endpoint, bucket, ...keys }, t.clock))).toBe(0);
    expect(await nodes(ENTRIES)).toHaveLength(3);
    expect(await nodes(ARCHIVES)).toEqual([]);
    expect(await archiveOld()).toBe(3);
  });

  it('takes nothing that no archive covers: the platform itself cannot remove entries', async () => {
    await signIns(2);
    const { platform } = t.runtime.pools;
    await expect(platform.query('DELETE FROM ops.audit_entry')).rejects.toThrow(/permission denied/);
    const { rows } = await platform.query('SELECT ops.remove_archived_entries($1, $2) AS removed', [ACME.id, uuidv7()]);
    expect(rows).toEqual([{ removed: 0 }]);
    await expect(t.runtime.database.tenants.of(contextFor(ACME)).$queryRaw`SELECT ops.remove_archived_entries(${ACME.id}::uuid, ${uuidv7()}::uuid)`).rejects.toThrow(/permission denied/);
  });

  it('is opened by a link, by the company whose it is and by staff, and that is noted', async () => {
    await signIns(3);
    t.clock.advance(366 * DAY_MS);
    await archiveOld();
    const [archive] = await nodes<Archive>(ARCHIVES);
    const { id } = archive ?? { id: '' };
    expect(await ask(OPEN, { id })).toMatchObject({ __typename: 'OpenedAuditArchive', url: expect.stringContaining('http://spine.example/') });
    expect(await ask(OPEN, { id }, staffOf(['platform:audit:read']))).toMatchObject({ __typename: 'OpenedAuditArchive' });
    expect(await ask(OPEN, { id }, OWNER, GLOBEX)).toEqual({ __typename: 'NotFoundError' });
    expect(await ask(OPEN, { id }, memberOf([]))).toEqual({ __typename: 'ForbiddenError' });
    expect(await nodes(ARCHIVES, {}, OWNER, GLOBEX)).toEqual([]);
    await t.settle();
    const told = await nodes<{ action: string }>('{ auditEntries(first: 50, filter: { action: DATA_EXPORT }) { edges { node { action } } } }');
    expect(told).toHaveLength(2);
  });
});
