import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startTestOps, type TestOps } from '../../../../tests/support/ops.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../../tests/support/runtime.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import type { Principal } from '../../../_kernel/wire/principal.js';
import type { TenantIdentity } from '../../../_kernel/wire/tenant.js';
import { TenantId } from '../../../tenancy/ids.js';
import { checkTrail, type Verdict } from '../verify/check-trail.js';
import { openTrailInDatabase } from '../verify/trail-in-database.js';
import { createTreeGrower, type TreeGrower } from './grow-tree.js';
import { headIn } from './checkpoint.js';
import { isSignedBy, parseNote, parseVerifier } from './signed-note.js';
import { createAuditKeys } from './signing-key.js';

const OWNER = memberOf(['settings:read'], { roles: ['OWNER'] });
const STAFF: Principal = {
  kind: 'platform',
  adminId: uuidv7(),
  sessionId: uuidv7(),
  roles: ['SUPER_ADMIN'],
  permissions: ['platform:audit:read'],
  assurance: { level: 'aal1', at: 0 },
};

const LOG = `query($tenantId: ID) {
  auditLog(tenantId: $tenantId) { origin verifierKey checkpoint { size rootHash note signedAt } }
}`;
const ENTRIES = 'query($first: Int, $after: String) { auditEntries(first: $first, after: $after) { edges { node { id action ip userAgent } } } }';
const INCLUSION = `query($entryId: ID!, $treeSize: Int) {
  auditInclusionProof(entryId: $entryId, treeSize: $treeSize) {
    __typename
    ... on AuditInclusionProof { leafIndex leaf leafHash clientSalt hashes checkpoint { size rootHash note } }
    ... on UserError { message }
  }
}`;
const CONSISTENCY = `query($tenantId: ID, $from: Int!, $to: Int) {
  auditConsistencyProof(tenantId: $tenantId, from: $from, to: $to) {
    __typename
    ... on AuditConsistencyProof { from { size rootHash } to { size rootHash } hashes }
    ... on UserError { message }
  }
}`;

// A verifier of its own, after the recursive definitions of RFC 6962 and without a line of what it judges.
const sha = (...parts: Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();
const node = (left: Buffer, right: Buffer): Buffer => sha(Buffer.from([1]), left, right);
const split = (size: number): number => 2 ** Math.ceil(Math.log2(size) - 1);
/** The root that a path leads to; the path is used up from its end, the top of the tree. */
function rootBy(path: Buffer[], leaf: Buffer, index: number, size: number): Buffer {
  if (size === 1) return leaf;
  const k = split(size);
  const sibling = path.at(-1) as Buffer;
  const rest = path.slice(0, -1);
  return index < k ? node(rootBy(rest, leaf, index, k), sibling) : node(sibling, rootBy(rest, leaf, index - k, size - k));
}
/** Old and new root that a consistency path leads to. */
function rootsBy(path: Buffer[], oldSize: number, size: number, oldRoot: Buffer | null): [Buffer, Buffer] {
  if (oldSize === size) return oldRoot ? [oldRoot, oldRoot] : [path[0] as Buffer, path[0] as Buffer];
  const k = split(size);
  const sibling = path.at(-1) as Buffer;
  const rest = path.slice(0, -1);
  if (oldSize <= k) {
    const [old, grown] = rootsBy(rest, oldSize, k, oldRoot);
    return [old, node(grown, sibling)];
  }
  const [old, grown] = rootsBy(rest, oldSize - k, size - k, null);
  return [node(sibling, old), node(sibling, grown)];
}
const bytes = (text: string): Buffer => Buffer.from(text, 'base64');

interface Log {
  readonly origin: string;
  readonly verifierKey: string;
  readonly checkpoint: { readonly size: number; readonly rootHash: string; readonly note: string };
}
interface Inclusion {
  readonly leafIndex: number;
  readonly leaf: string;
  readonly leafHash: string;
  readonly clientSalt: string;
  readonly hashes: string[];
  readonly checkpoint: { readonly size: number; readonly rootHash: string };
}

describe('the audit log', () => {
  let t: TestOps;
  let grower: TreeGrower;

  const ask = async <Data>(source: string, variables: object, as: Principal = OWNER, tenant = ACME): Promise<Data> => {
    const { data, errors } = await t.graphql(source, { variables: variables as Record<string, unknown>, as, tenant });
    expect(errors).toBeUndefined();
    return data as Data;
  };
  const logOf = async (tenant: TenantIdentity): Promise<Log> =>
    (await ask<{ auditLog: Log }>(LOG, {}, OWNER, tenant)).auditLog;
  const signIns = async (count: number, tenant = ACME): Promise<void> => {
    const payloads = Array.from({ length: count }, () => ({
      realm: 'tenant' as const,
      subjectId: uuidv7(),
      sessionId: uuidv7(),
    }));
    await t.tellAll('identity.login_succeeded', payloads, { tenant });
    await t.settle(tenant);
    await grower.grow(contextFor(tenant));
  };
  const verify = async (tenant = ACME, since: readonly string[] = []): Promise<Verdict> =>
    checkTrail(await openTrailInDatabase(t.runtime.database.platform.db, tenant.id, null, { at: () => Promise.resolve(null) }), { checkpoints: since });
  /** As somebody who owns the database, past every trigger and policy, and back again. */
  const tampered = async <Result>(statements: readonly string[], then: () => Promise<Result>): Promise<Result> => {
    const client = await t.runtime.pools.platform.connect();
    try {
      await client.query('RESET ROLE');
      await client.query('SET ROLE NONE');
      await client.query("SET session_replication_role = 'replica'");
      await client.query('CREATE TEMP TABLE kept_entry AS SELECT * FROM ops.audit_entry');
      await client.query('CREATE TEMP TABLE kept_queue AS SELECT * FROM ops.audit_queue');
      await client.query('CREATE TEMP TABLE kept_leaf AS SELECT * FROM ops.audit_leaf');
      await client.query('CREATE TEMP TABLE kept_node AS SELECT * FROM ops.audit_node');
      await client.query('CREATE TEMP TABLE kept_checkpoint AS SELECT * FROM ops.audit_checkpoint');
      for (const statement of statements) await client.query(statement);
      try {
        return await then();
      } finally {
        for (const table of ['entry', 'queue', 'leaf', 'node', 'checkpoint']) {
          await client.query(`TRUNCATE ops.audit_${table} CASCADE`);
          await client.query(`INSERT INTO ops.audit_${table} SELECT * FROM kept_${table}`);
        }
      }
    } finally {
      client.release(true);
    }
  };

  beforeAll(async () => {
    t = await startTestOps();
    const { database, secretBox } = t.runtime;
    grower = createTreeGrower({ database, keys: createAuditKeys(database, secretBox), logName: 'spine.example' });
    for (const count of [1, 2, 5, 9]) await signIns(count);
    await signIns(3, GLOBEX);
  });
  afterAll(() => t.stop());

  it('signs the head of each company’s own tree', async () => {
    const acme = await logOf(ACME);
    const verifier = parseVerifier(acme.verifierKey);
    const note = parseNote(acme.checkpoint.note);
    if (!verifier || !note) throw new Error('Neither can be missing');
    expect(acme.origin).toBe(`spine.example/audit/${ACME.id.replaceAll('-', '')}`);
    expect(isSignedBy(note, verifier)).toBe(true);
    expect(headIn(note)).toEqual({ origin: acme.origin, size: 17, root: bytes(acme.checkpoint.rootHash) });
    expect((await logOf(GLOBEX)).checkpoint.size).toBe(3);
  });

  it('proves of every entry that it is in, to a verifier that is not ours', async () => {
    const { auditEntries } = await ask<{ auditEntries: { edges: { node: { id: string; ip: string; userAgent: string } }[] } }>(ENTRIES, { first: 50 });
    expect(auditEntries.edges).toHaveLength(17);
    for (const { node: entry } of auditEntries.edges) {
      const { auditInclusionProof } = await ask<{ auditInclusionProof: Inclusion }>(INCLUSION, { entryId: entry.id });
      const { leafIndex, leaf, leafHash, clientSalt, hashes, checkpoint } = auditInclusionProof;
      const computed = sha(Buffer.from([0]), Buffer.from(leaf));
      expect(computed).toEqual(bytes(leafHash));
      expect(rootBy(hashes.map(bytes), computed, leafIndex, checkpoint.size)).toEqual(bytes(checkpoint.rootHash));
      const told = JSON.parse(leaf) as Record<string, unknown>;
      expect(`aud_${String(told['id']).replaceAll('-', '')}`).toBe(entry.id);
      const client = Buffer.from(JSON.stringify({ ip: entry.ip, userAgent: entry.userAgent }));
      expect(sha(bytes(clientSalt), client).toString('hex')).toBe(told['client']);
    }
  });

  it('proves that it has only grown, between any two heads that were signed', async () => {
    const sizes = [1, 3, 8, 17];
    for (const from of sizes) {
      for (const to of sizes.filter((size) => size >= from)) {
        const { auditConsistencyProof } = await ask<{
          auditConsistencyProof: { from: { rootHash: string }; to: { rootHash: string }; hashes: string[] };
        }>(CONSISTENCY, { from, to });
        const { hashes, ...heads } = auditConsistencyProof;
        const [oldRoot, root] = rootsBy(hashes.map(bytes), from, to, bytes(heads.from.rootHash));
        expect([oldRoot, root]).toEqual([bytes(heads.from.rootHash), bytes(heads.to.rootHash)]);
      }
    }
  });

  it('says what is amiss with a question about a proof', async () => {
    const first = await ask<{ auditEntries: { edges: { node: { id: string } }[] } }>(ENTRIES, { first: 1 });
    const entryId = first.auditEntries.edges[0]?.node.id;
    const early = await ask<{ auditInclusionProof: object }>(INCLUSION, { entryId, treeSize: 1 });
    expect(early.auditInclusionProof).toMatchObject({ __typename: 'ValidationError', message: expect.stringContaining('17') });
    const unsigned = await ask<{ auditInclusionProof: object }>(INCLUSION, { entryId, treeSize: 99 });
    expect(unsigned.auditInclusionProof).toMatchObject({ __typename: 'NotFoundError' });
    const backwards = await ask<{ auditConsistencyProof: object }>(CONSISTENCY, { from: 8, to: 3 });
    expect(backwards.auditConsistencyProof).toMatchObject({ __typename: 'ValidationError' });
  });

  it('tells a company nothing of another’s log, and platform staff of each', async () => {
    const mine = await ask<{ auditEntries: { edges: { node: { id: string } }[] } }>(ENTRIES, { first: 1 });
    const entryId = mine.auditEntries.edges[0]?.node.id;
    const acme = TenantId.encode(ACME.id);
    const unknown = TenantId.encode(uuidv7());
    const asked = (tenantId: string) => ask<{ auditLog: Log | null }>(LOG, { tenantId }, OWNER, GLOBEX);
    expect(await asked(acme)).toEqual(await asked(unknown));
    const inclusion = (id: string | undefined) => ask(INCLUSION, { entryId: id }, OWNER, GLOBEX);
    expect(await inclusion(entryId)).toEqual(await inclusion(`aud_${uuidv7().replaceAll('-', '')}`));
    const growth = (tenantId: string) => ask(CONSISTENCY, { tenantId, from: 1 }, OWNER, GLOBEX);
    expect(await growth(acme)).toEqual(await growth(unknown));
    const byStaff = await ask<{ auditLog: Log }>(LOG, { tenantId: acme }, STAFF);
    expect(byStaff.auditLog.checkpoint.size).toBe(17);
    expect(await ask(INCLUSION, { entryId }, STAFF)).toMatchObject({ auditInclusionProof: { leafIndex: expect.any(Number) } });
  });

  it('is found intact as it is', async () => {
    expect(await verify()).toMatchObject({ size: 17, problems: [] });
    expect(await verify(GLOBEX)).toMatchObject({ size: 3, problems: [] });
  });

  it('shows whichever column of whichever entry was changed', async () => {
    const columns = {
      occurred_at: "occurred_at + interval '1 millisecond'",
      recorded_at: "recorded_at - interval '1 hour'",
      env: "CASE env WHEN 'dev' THEN 'prod' ELSE 'dev' END",
      action: "'DATA_DELETE'",
      actor_id: "'somebody else'",
      actor_kind: "'system'",
      subject_id: "'whoever'",
      surface: "surface || ' '",
      meta: `meta || '{"sessionId": "another"}'`,
      ip: "'192.0.2.99'",
      user_agent: 'NULL',
      request_id: "request_id || '0'",
    };
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...Object.entries(columns)), fc.integer({ min: 0, max: 16 }), async ([column, value], leaf) => {
        const statement = `UPDATE ops.audit_entry SET ${column} = ${value} WHERE id =
          (SELECT id FROM ops.audit_leaf WHERE tenant_id = '${ACME.id}' AND leaf_index = ${leaf})`;
        const { problems } = await tampered([statement], verify);
        expect(problems.join('\n')).toContain(`leaf ${leaf})`);
      }),
      { numRuns: 40 },
    );
  });

  it('shows what was removed, reordered, added, cut off or forked', async () => {
    const ofAcme = `tenant_id = '${ACME.id}'`;
    const idAt = (leaf: number) => `(SELECT id FROM ops.audit_leaf WHERE ${ofAcme} AND leaf_index = ${leaf})`;
    const { note } = (await logOf(ACME)).checkpoint;
    const cut = ['entry WHERE id IN (SELECT id FROM ops.audit_leaf WHERE leaf_index >= 8)', 'leaf WHERE leaf_index >= 8', 'checkpoint WHERE size > 8']
      .map((rest) => `DELETE FROM ops.audit_${rest} AND ${ofAcme}`);
    const cases: [string, readonly string[], RegExp][] = [
      ['an entry', [`DELETE FROM ops.audit_entry WHERE id = ${idAt(4)}`], /leaf 4\) was removed/],
      ['an entry and its leaf', [`DELETE FROM ops.audit_entry WHERE id = ${idAt(4)}`, `DELETE FROM ops.audit_leaf WHERE ${ofAcme} AND leaf_index = 4`], /leaf 4 is missing/],
      ['an order', [`UPDATE ops.audit_leaf SET leaf_index = CASE leaf_index WHEN 2 THEN 99 ELSE 2 END WHERE ${ofAcme} AND leaf_index IN (2, 3) AND leaf_index = 2`,
        `UPDATE ops.audit_leaf SET leaf_index = 2 WHERE ${ofAcme} AND leaf_index = 3`, `UPDATE ops.audit_leaf SET leaf_index = 3 WHERE ${ofAcme} AND leaf_index = 99`], /leaf 2\) is not what it was/],
      ['one beside the log', [`INSERT INTO ops.audit_entry SELECT tenant_id, gen_random_uuid(), occurred_at, env, action, actor_id, actor_kind, subject_id, surface, meta, ip, user_agent, request_id FROM ops.audit_entry WHERE ${ofAcme} LIMIT 1`], /added beside the log/],
      ['an entry with the hashes that are kept of it', [`UPDATE ops.audit_entry SET actor_id = 'x' WHERE id = ${idAt(7)}`, `DELETE FROM ops.audit_node WHERE ${ofAcme}`], /first \d+ entries are not those/],
      ['a head', [`UPDATE ops.audit_checkpoint SET note = replace(note, E'\\n17\\n', E'\\n18\\n') WHERE ${ofAcme}`], /does not carry the log's signature/],
      ['everything behind an earlier head', cut, /of 17 entries that were signed, 8 are there/],
    ];
    for (const [, statements, expected] of cases) {
      const { problems } = await tampered(statements, () => verify(ACME, [note]));
      expect(problems.join('\n')).toMatch(expected);
    }
    expect((await verify(ACME, [note])).problems).toEqual([]);
  });

  it('does not sign a tree that somebody has been at', async () => {
    await t.host.close();
    const client = await t.runtime.pools.platform.connect();
    await client.query(
      `INSERT INTO ops.audit_entry (tenant_id, id, occurred_at, env, action, actor_id, actor_kind, surface, meta, request_id)
       VALUES ($1, gen_random_uuid(), now(), 'dev', 'DATA_EXPORT', 'a', 'member', 'api', '{}', 'r')`,
      [ACME.id],
    );
    client.release();
    const bend = `UPDATE ops.audit_node SET hash = decode(repeat('00', 32), 'hex') WHERE tenant_id = '${ACME.id}' AND level = 4`;
    expect(await tampered([bend], () => grower.grow(contextFor(ACME)))).toBe(0);
    expect(await grower.grow(contextFor(ACME))).toBe(1);
    expect(await verify()).toMatchObject({ size: 18, problems: [] });
  });

  it('stays whole when the address and browser of somebody are forgotten, whom nobody can guess then', async () => {
    const { tenants } = t.runtime.database;
    const clients = () =>
      t.runtime.pools.platform
        .query<{ actor_id: string; ip: string | null; salt: string }>(
          `SELECT e.actor_id, e.ip, encode(l.client_salt, 'hex') AS salt FROM ops.audit_entry e
           JOIN ops.audit_leaf l ON (l.tenant_id, l.id) = (e.tenant_id, e.id)
           WHERE e.tenant_id = $1 AND l.leaf_index = 0`,
          [ACME.id],
        )
        .then(({ rows }) => rows[0]);
    const before = await clients();
    expect(before?.ip).not.toBeNull();
    await tenants.transaction(contextFor(ACME), (db) => db.$executeRaw`SELECT ops.blank_audit_clients(${before?.actor_id})`);
    const after = await clients();
    expect(after?.ip).toBeNull();
    expect(after?.salt).not.toBe(before?.salt);
    expect(await verify()).toMatchObject({ size: 18, problems: [] });
  });

  it('takes in ten thousand entries, and proves and checks them', async () => {
    await t.runtime.pools.platform.query(
      `INSERT INTO ops.audit_entry (tenant_id, id, occurred_at, env, action, actor_id, actor_kind, surface, meta, request_id)
       SELECT $1, gen_random_uuid(), now(), 'dev', 'DATA_EXPORT', 'a' || n, 'member', 'api', jsonb_build_object('n', n), 'r' || n
       FROM generate_series(1, 10000) n`,
      [GLOBEX.id],
    );
    expect(await grower.grow(contextFor(GLOBEX))).toBeGreaterThanOrEqual(10_000);
    const { checkpoint } = await logOf(GLOBEX);
    expect(checkpoint.size).toBe(10_003);
    const { rows } = await t.runtime.pools.platform.query<{ id: string }>(
      'SELECT id FROM ops.audit_leaf WHERE tenant_id = $1 AND leaf_index = ANY($2)', [GLOBEX.id, [0, 4095, 4096, 9_999, 10_002]],
    );
    for (const { id } of rows) {
      const entryId = `aud_${id.replaceAll('-', '')}`;
      const { auditInclusionProof } = await ask<{ auditInclusionProof: Inclusion }>(INCLUSION, { entryId }, OWNER, GLOBEX);
      const { hashes, leafHash, leafIndex } = auditInclusionProof;
      expect(rootBy(hashes.map(bytes), bytes(leafHash), leafIndex, 10_003)).toEqual(bytes(checkpoint.rootHash));
    }
    expect(await verify(GLOBEX)).toMatchObject({ size: 10_003, problems: [] });
  }, 180_000);
});
