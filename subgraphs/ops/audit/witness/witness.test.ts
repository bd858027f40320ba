import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestOps, type TestOps } from '../../../../tests/support/ops.js';
import { contextFor, memberOf } from '../../../../tests/support/runtime.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import type { Principal } from '../../../_kernel/wire/principal.js';
import { PLATFORM_TENANT } from '../../../_kernel/wire/tenant.js';
import { checkpointText } from '../log/checkpoint.js';
import { consistencyPath, GrowingTree, hashLeaf, hashOfSubtrees, subtreesOf } from '../log/merkle-tree.js';
import { generateSigningKey, isSignedBy, logVerifier, parseNote, parseVerifier, signNote, verifierText } from '../log/signed-note.js';

const staff = (at: number): Principal => ({
  kind: 'platform',
  adminId: uuidv7(),
  sessionId: uuidv7(),
  roles: ['SUPER_ADMIN'],
  permissions: ['platform:audit:read', 'platform:incidents:manage'],
  assurance: { level: 'aal2', at },
});
const STAFF = staff(Math.floor(Date.now() / 1_000));

const WATCH = `mutation($key: String!) {
  witnessLog(input: { verifierKey: $key }) { __typename ... on WitnessedLog { origin size } ... on UserError { message } }
}`;

/** Another operator's log, as its own software would keep it. */
const ORIGIN = 'logs.example/theirs';
const key = generateSigningKey();
const vkey = verifierText(logVerifier(ORIGIN, key.publicKey));

function logOf(leaves: readonly string[]) {
  const nodes = new Map<string, Buffer>();
  const tree = new GrowingTree();
  for (const leaf of leaves) {
    for (const { level, position, hash } of tree.append(hashLeaf(Buffer.from(leaf)))) nodes.set(`${level}/${position}`, hash);
  }
  return {
    note: signNote(checkpointText({ origin: ORIGIN, size: tree.size, root: tree.root }), ORIGIN, key),
    since: (size: number) =>
      consistencyPath(size, tree.size).map((range) =>
        hashOfSubtrees(subtreesOf(range).map(({ level, position }) => nodes.get(`${level}/${position}`) as Buffer)).toString('base64'),
      ),
  };
}
const LEAVES = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
const bodyOf = (old: number, proof: readonly string[], note: string): string => [`old ${old}`, ...proof, '', note].join('\n');

describe('the witness', () => {
  let t: TestOps;

  const post = async (body: string) => {
    const request = { method: 'POST', path: '/witness/add-checkpoint', search: '', headers: {}, body: Buffer.from(body) };
    const { origin } = contextFor(PLATFORM_TENANT);
    const response = await t.host.forward(request, { tenant: PLATFORM_TENANT, principal: { kind: 'anonymous' }, origin });
    if (!response) throw new Error('There is such a route');
    return { status: response.status, body: response.body, type: response.headers['content-type'] };
  };
  const watch = async (text: string, as: Principal = STAFF) =>
    (await t.graphql(WATCH, { variables: { key: text }, as, tenant: PLATFORM_TENANT })).data as { witnessLog: object };

  beforeAll(async () => {
    t = await startTestOps();
  });
  afterAll(() => t.stop());

  it('knows no log until staff have said so, with a fresh proof of who they are', async () => {
    expect(await post(bodyOf(0, [], logOf(LEAVES).note))).toMatchObject({ status: 404 });
    expect(await watch(vkey, staff(0))).toMatchObject({ witnessLog: { __typename: 'StepUpRequiredError' } });
    expect(await watch(vkey, memberOf(['settings:update']))).toMatchObject({ witnessLog: { __typename: 'ForbiddenError' } });
    expect(await watch('nonsense')).toMatchObject({ witnessLog: { __typename: 'ValidationError' } });
    expect(await watch(vkey)).toEqual({ witnessLog: { __typename: 'WitnessedLog', origin: ORIGIN, size: 0 } });
    const another = verifierText(logVerifier(ORIGIN, generateSigningKey().publicKey));
    expect(await watch(another)).toMatchObject({ witnessLog: { __typename: 'ConflictError' } });
  });

  it('co-signs a log that only grows, and remembers how far', async () => {
    const three = logOf(LEAVES.slice(0, 3));
    const seven = logOf(LEAVES);
    const first = await post(bodyOf(0, [], three.note));
    expect(first).toMatchObject({ status: 200, type: 'text/plain; charset=utf-8' });
    const { data } = await t.graphql('{ auditWitness { verifierKey logs { origin size } } }', { as: STAFF, tenant: PLATFORM_TENANT });
    const { auditWitness } = data as { auditWitness: { verifierKey: string; logs: object[] } };
    const verifier = parseVerifier(auditWitness.verifierKey);
    const cosigned = parseNote(three.note + first.body);
    expect(verifier && cosigned && isSignedBy(cosigned, verifier)).toBe(true);
    expect(auditWitness.logs).toEqual([{ origin: ORIGIN, size: 3 }]);
    expect(await post(bodyOf(3, seven.since(3), seven.note))).toMatchObject({ status: 200 });
    expect(await post(bodyOf(7, [], seven.note))).toMatchObject({ status: 200 });
  });

  it('tells a log that is behind where it stands', async () => {
    const seven = logOf(LEAVES);
    expect(await post(bodyOf(3, seven.since(3), seven.note))).toEqual({ status: 409, body: '7\n', type: 'text/x.tlog.size' });
    expect(await post(bodyOf(0, [], seven.note))).toMatchObject({ status: 409 });
  });

  it('co-signs no fork, no shrinking, no gap, and nothing that the log has not signed', async () => {
    const eight = logOf([...LEAVES, 'h']);
    const forked = logOf(['A', ...LEAVES.slice(1)]);
    const longer = logOf(['A', ...LEAVES.slice(1), 'h']);
    expect(await post(bodyOf(7, [], forked.note))).toMatchObject({ status: 409 });
    expect(await post(bodyOf(7, longer.since(7), longer.note))).toMatchObject({ status: 422 });
    expect(await post(bodyOf(7, [], eight.note))).toMatchObject({ status: 422 });
    expect(await post(bodyOf(7, [], logOf(LEAVES.slice(0, 3)).note))).toMatchObject({ status: 400 });
    const forged = signNote(eight.note.slice(0, eight.note.indexOf('\n\n') + 1), ORIGIN, generateSigningKey());
    expect(await post(bodyOf(7, eight.since(7), forged))).toMatchObject({ status: 403 });
    for (const nonsense of ['', 'old 1\n\n', `old -1\n\n${eight.note}`, `old 7\nnot base64\n\n${eight.note}`, 'x'.repeat(70_000)]) {
      expect(await post(nonsense)).toMatchObject({ status: 400 });
    }
    expect(await post(bodyOf(7, eight.since(7), eight.note))).toMatchObject({ status: 200 });
  });

  it('co-signs one of two that ask at once for heads that disagree', async () => {
    const one = logOf([...LEAVES, 'h', 'i']);
    const other = logOf([...LEAVES, 'h', 'j']);
    const answers = await Promise.all([one, other].map((log) => post(bodyOf(8, log.since(8), log.note))));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  });
});
