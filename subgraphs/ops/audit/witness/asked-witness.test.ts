import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from '@jest/globals';
import { startTestOps, type TestOps } from '../../../../tests/support/ops.js';
import { ACME, contextFor, eventually, GLOBEX, memberOf } from '../../../../tests/support/runtime.js';
import { startTestWitness, type TestWitness } from '../../../../tests/support/witness.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import { PLATFORM_TENANT, type TenantIdentity } from '../../../_kernel/wire/tenant.js';
import { createOutgoing } from '../../outgoing/outgoing.js';
import { createAuditKeys } from '../log/signing-key.js';
import { generateSigningKey, isSignedBy, logVerifier, parseNote, verifierText } from '../log/signed-note.js';
import { askWitness } from './ask-witness.job.js';
import { askedWitness, cosignatureIn, sizeIn } from './asked-witness.js';

const OWNER = memberOf(['settings:read'], { roles: ['OWNER'] });
const LOG = '{ auditLog { checkpoint { size note cosignatures { witness line receivedAt } } } }';

interface Head {
  readonly size: number;
  readonly note: string;
  readonly cosignatures: readonly { readonly witness: string; readonly line: string }[];
}

describe('a witness of our logs', () => {
  let t: TestOps;
  let witness: TestWitness;
  let logKey: Buffer | null = null;
  let company: TenantIdentity;

  beforeAll(async () => {
    witness = await startTestWitness((origin) => logKey && logVerifier(origin, logKey));
    t = await startTestOps({ witnesses: [witness] });
    logKey = (await createAuditKeys(t.runtime.database, t.runtime.secretBox).signing(contextFor(PLATFORM_TENANT))).publicKey;
  });
  // A log of its own for each.
  beforeEach(() => {
    company = { ...ACME, id: uuidv7() };
  });
  afterAll(async () => {
    await t.stop();
    await witness.stop();
  });

  const signIn = async (tenant: TenantIdentity = company): Promise<void> => {
    await t.tell('identity.login_succeeded', { realm: 'tenant', subjectId: uuidv7(), sessionId: uuidv7() }, { tenant });
    await t.settle(tenant);
  };
  const headOf = async (tenant: TenantIdentity = company): Promise<Head | null> => {
    const { data, errors } = await t.graphql(LOG, { as: OWNER, tenant });
    expect(errors).toBeUndefined();
    return (data?.['auditLog'] as { checkpoint: Head } | null)?.checkpoint ?? null;
  };
  const cosigned = (size: number, tenant: TenantIdentity = company): Promise<Head> =>
    eventually(async () => {
      const head = await headOf(tenant);
      return head && head.size === size && head.cosignatures.length > 0 ? head : null;
    });
  const jobs = async () => {
    const { rows } = await t.runtime.pools.platform.query<{ status: string; attempts: number; failure: string | null; resting: boolean }>(
      `SELECT status, attempts, failure, lease_id IS NULL AS resting FROM kernel.job
       WHERE kind = 'ops.ask_witness' AND payload->>'tenantId' = $1 ORDER BY id`,
      [company.id],
    );
    return rows;
  };
  /** The end of an attempt, from which the next one is due. */
  const failure = (attempts: number): Promise<string> =>
    eventually(async () => {
      const [job] = await jobs();
      return job && job.attempts >= attempts && job.resting ? job.failure : null;
    });

  it('is shown every head, each with the proof that it continues the one before, and its signature is kept', async () => {
    await signIn();
    const first = await cosigned(1);
    await signIn();
    const second = await cosigned(2);
    await signIn(GLOBEX);
    await cosigned(1, GLOBEX);
    await eventually(async () => (await jobs()).every(({ status }) => status === 'DONE'));
    for (const { note, cosignatures } of [first, second]) {
      expect(cosignatures.map((one) => one.witness)).toEqual([witness.name]);
      const signed = parseNote(`${note}${cosignatures[0]?.line ?? ''}`);
      expect(signed && isSignedBy(signed, witness.verifier)).toBe(true);
    }
    expect((await jobs()).map(({ status }) => status)).toEqual(['DONE', 'DONE']);
    const { errors } = await t.graphql(LOG, { as: memberOf([]), tenant: company });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'FORBIDDEN' });
  });

  it.each([
    ['fails', 'failure', 'The witness answered 500'],
    ['signs with another key', 'wrong key', 'The witness answered with something else'],
    ['signs another head', 'another head', 'The witness answered with something else'],
  ] as const)('that %s is asked again later, and nothing of its answer is kept', async (_what, misbehaviour, told) => {
    const before = witness.shown.length;
    // However often it is asked meanwhile.
    witness.misbehave(...Array.from({ length: 100 }, () => misbehaviour));
    await signIn();
    expect(await failure(1)).toContain(told);
    expect((await headOf())?.cosignatures).toEqual([]);
    t.clock.advance(10_000);
    expect(await failure(2)).toContain(told);
    expect((await headOf())?.cosignatures).toEqual([]);
    witness.behave();
    t.clock.advance(60_000);
    await cosigned(1);
    expect(witness.shown.slice(before).length).toBeGreaterThanOrEqual(3);
    expect(new Set(witness.shown.slice(before))).toEqual(new Set([1]));
  });

  it('whose answer was lost is asked for it once more', async () => {
    witness.misbehave('lost answer');
    await signIn();
    await cosigned(1);
    expect((await jobs())[0]?.attempts).toBeGreaterThanOrEqual(2);
  });

  it('that has seen more of a log than there is is not asked again, and somebody has to look', async () => {
    witness.misbehave('split view');
    await signIn();
    const [job] = await eventually(async () => {
      const all = await jobs();
      return all[0]?.status === 'DEAD' ? all : null;
    });
    expect(job?.failure).toContain('not ours');
    expect((await headOf())?.cosignatures).toEqual([]);
  });

  it('that does not answer holds nothing up for longer than it may take', async () => {
    await signIn();
    const { size } = await cosigned(1);
    const handler = askWitness({
      platform: t.runtime.database.platform,
      witnesses: [{ url: witness.url, verifier: { ...witness.verifier, name: 'silent.example' } }],
      outgoing: createOutgoing({ allowedHosts: ['127.0.0.1'] }),
      answerWithinMs: 50,
    });
    witness.misbehave('silence');
    const job = { id: uuidv7(), kind: handler.kind, payload: { tenantId: company.id, size, witness: 'silent.example' }, attempts: 1 };
    const outcome = await handler.run(contextFor(PLATFORM_TENANT), job, new AbortController().signal);
    expect(outcome).toEqual({ is: 'FAILED', failure: 'There was no answer in time', final: false });
  });
});

describe('what a witness answers', () => {
  test('is not believed where no key of its own is in it', () => {
    const verifierKey = verifierText(logVerifier('log.example', generateSigningKey().publicKey));
    expect(() => askedWitness({ url: 'https://witness.example', verifierKey })).toThrow('is not the verifier key of a witness');
    expect(() => askedWitness({ url: 'https://witness.example', verifierKey: 'nonsense' })).toThrow('AUDIT_WITNESSES');
    expect(cosignatureIn('', 'origin\n1\nroot\n\n', { name: 'w', publicKey: Buffer.alloc(32), kind: 4 })).toBeNull();
    expect(cosignatureIn('\u2014 w AAAA\n', 'no note', { name: 'w', publicKey: Buffer.alloc(32), kind: 4 })).toBeNull();
  });

  test('is a size where it is one', () => {
    expect(['7\n', '7', '0\n', '-1\n', '07\n', 'seven', ''].map(sizeIn)).toEqual([7, 7, 0, null, null, null, null]);
  });
});
