import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestOps, type TestOps } from '../../../../tests/support/ops.js';
import { ACME, contextFor, GLOBEX, memberOf } from '../../../../tests/support/runtime.js';
import { uuidv7 } from '../../../_kernel/request/ids.js';
import { TenantId } from '../../../tenancy/ids.js';
import { parseVerifier, verifierText } from '../log/signed-note.js';
import { createAuditKeys } from '../log/signing-key.js';
import { createTreeGrower } from '../log/grow-tree.js';
import { askedBy, reportOf, verdictsOn } from '../verify/verify.js';

const OWNER = memberOf(['settings:read'], { roles: ['OWNER'] });

const EXPORT = `mutation($input: ExportAuditLogsInput!) {
  exportAuditLogs(input: $input) {
    __typename
    ... on AuditExport { content contentType fileName entries next }
    ... on UserError { message }
  }
}`;
const SUMMARY = `query($filter: AuditFilter) {
  auditSummary(filter: $filter) { total byAction { action count } byOutcome { outcome count } byDay { day count } }
  auditEntryCount(filter: $filter)
}`;
const LOG = '{ auditLog { verifierKey checkpoint { note } } }';

interface Part {
  readonly content: string;
  readonly entries: number;
  readonly next: string | null;
}

describe('an export of the audit trail', () => {
  let t: TestOps;
  let folder: string;

  const exported = async (input: object, tenant = ACME): Promise<Part & { readonly __typename: string; readonly message?: string }> => {
    const { data, errors } = await t.graphql(EXPORT, { variables: { input }, as: OWNER, tenant });
    expect(errors).toBeUndefined();
    return (data as { exportAuditLogs: Part & { __typename: string } }).exportAuditLogs;
  };
  const fileOf = async (content: string): Promise<string> => {
    const path = join(folder, `${uuidv7()}.ndjson`);
    await writeFile(path, content);
    return path;
  };
  const noDatabase = () => {
    throw new Error('A file needs none');
  };
  const problemsOf = async (content: string, ...words: string[]): Promise<string> => {
    const verdicts = await verdictsOn(await askedBy([await fileOf(content), ...words]), noDatabase);
    return verdicts.flatMap(({ problems }) => problems).join('\n');
  };
  const proof = async (tenant = ACME): Promise<string> => (await exported({ format: 'PROOF' }, tenant)).content;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spine-audit-'));
    t = await startTestOps();
    for (const declineCode of ['=cmd|calc!A1', 'expired_card']) {
      await t.tell('commerce.payment_failed', { paymentId: uuidv7(), bookingId: uuidv7(), declineCode });
    }
    for (let n = 0; n < 4; n += 1) {
      await t.tell('identity.login_succeeded', { realm: 'tenant', subjectId: uuidv7(), sessionId: uuidv7() });
    }
    await t.tell('identity.login_succeeded', { realm: 'tenant', subjectId: uuidv7(), sessionId: uuidv7() }, { tenant: GLOBEX });
    await t.settle(ACME, GLOBEX);
    const { database, secretBox } = t.runtime;
    const keys = createAuditKeys(database, secretBox);
    await createTreeGrower({ database, keys, logName: 'spine.example' }).grow(contextFor(ACME));
    await t.host.close();
  });
  afterAll(async () => {
    await t.stop();
    await rm(folder, { recursive: true });
  });

  it('is a table for spreadsheets, with a header and the newest first', async () => {
    const { content, entries, next } = await exported({ format: 'CSV', filter: { action: 'PAYMENT_EVENT' } });
    const lines = content.split('\r\n');
    expect(lines[0]).toBe(
      '"occurredAt","id","tenantId","env","action","actorKind","actorId","subjectId","surface","ip","userAgent","requestId","meta"',
    );
    expect([entries, next, lines.length]).toEqual([2, null, 4]);
    expect(lines[1]).toContain('""declineCode"":""expired_card""');
    for (const line of lines.slice(0, -1)) expect(line).toMatch(/^"(?![=+\-@])/);
  });

  it('is a series of OCSF events for security tools', async () => {
    const { content } = await exported({ format: 'OCSF' });
    const events = content.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events).toHaveLength(6);
    for (const event of events) {
      expect(event['type_uid']).toBe(Number(event['class_uid']) * 100 + Number(event['activity_id']));
      expect(Math.floor(Number(event['class_uid']) / 1_000)).toBe(event['category_uid']);
      expect(event).toMatchObject({ metadata: { version: '1.3.0', tenant_uid: ACME.id }, time: expect.any(Number) });
    }
    expect(events[0]).toMatchObject({ class_uid: 3002, activity_id: 1, severity_id: 1, status_id: 1, user: { uid: expect.any(String) } });
    expect(events[5]).toMatchObject({ class_uid: 6003, severity_id: 2, status_id: 2, api: { operation: 'commerce.payment_failed' } });
  });

  it('is checked where it lies, without the platform', async () => {
    const content = await proof();
    expect(await problemsOf(content)).toBe('');
    const { data } = await t.graphql(LOG, { as: OWNER });
    const { auditLog } = data as { auditLog: { verifierKey: string; checkpoint: { note: string } } };
    const since = await fileOf(auditLog.checkpoint.note);
    expect(await problemsOf(content, '--key', auditLog.verifierKey, '--since', since)).toBe('');
  });

  it('is found out when a line of it was changed, removed, moved or added', async () => {
    const lines = (await proof()).trimEnd().split('\n');
    const joined = (edit: (copy: string[]) => void): string => {
      const copy = [...lines];
      edit(copy);
      return `${copy.join('\n')}\n`;
    };
    const swap = (copy: string[]) => copy.splice(3, 2, copy[4] ?? '', copy[3] ?? '');
    expect(await problemsOf(joined((copy) => (copy[4] = (copy[4] ?? '').replace('dev', 'prod'))))).toContain('not those that were signed');
    expect(await problemsOf(joined((copy) => (copy[4] = (copy[4] ?? '').replace('"127.0.0.1"', '"127.0.0.2"'))))).toContain('address or browser');
    expect(await problemsOf(joined((copy) => copy.splice(4, 1)))).toContain('leaf 2 is missing');
    expect(await problemsOf(joined((copy) => copy.pop()))).toContain('of 6 entries that were signed, 5 are there');
    expect(await problemsOf(joined(swap))).toContain('leaf 1 is missing');
    expect(await problemsOf(joined((copy) => copy.push((copy.at(-1) ?? '').replace('"index":5', '"index":6'))))).toContain('under no signature');
    expect(await problemsOf(joined((copy) => (copy[1] = (copy[1] ?? '').replace('\\n6\\n', '\\n5\\n'))))).toContain('signature');
  });

  it('is not believed under another key, nor when an earlier head no longer leads to it', async () => {
    const [content, foreign] = [await proof(), await proof(GLOBEX)];
    const known = parseVerifier((JSON.parse(content.split('\n')[0] ?? '') as { verifierKey: string }).verifierKey);
    if (!known) throw new Error('A log has a key');
    const other = verifierText({ ...known, publicKey: Buffer.alloc(32, 7) });
    expect(await problemsOf(content, '--key', other)).toContain("does not carry the log's signature");
    const theirs = (JSON.parse(foreign.split('\n')[1] ?? '') as { checkpoint: string }).checkpoint;
    expect(await problemsOf(content, '--since', await fileOf(theirs))).toContain('there is no such log');
  });

  it('holds nothing of another company', async () => {
    for (const format of ['CSV', 'OCSF', 'PROOF']) {
      const own = await exported({ format }, GLOBEX);
      expect(own.content).not.toContain(ACME.id);
      const asked = await exported({ format, filter: { tenantId: TenantId.encode(ACME.id) } }, GLOBEX);
      expect([asked.entries, asked.content.includes(ACME.id)]).toEqual([0, false]);
    }
  });

  it('says what is amiss with a wish', async () => {
    expect(await exported({ format: 'PROOF', filter: { action: 'AUTH_LOGIN' } })).toMatchObject({ __typename: 'ValidationError', message: expect.stringContaining('input.filter.action') });
    expect(await exported({ format: 'PROOF', after: 'nonsense' })).toMatchObject({ __typename: 'ValidationError' });
    expect(await exported({ format: 'CSV', after: 'nonsense' })).toMatchObject({ __typename: 'ValidationError' });
    const refused = await t.graphql(EXPORT, { variables: { input: { format: 'CSV' } }, as: memberOf([]) });
    expect(refused.data).toEqual({ exportAuditLogs: { __typename: 'ForbiddenError', message: expect.any(String) } });
  });

  it('is itself an entry', async () => {
    const events = t.runtime.database.tenants.of({ tenant: ACME });
    const rows = await events.outboxEvent.findMany({ where: { type: 'ops.audit_exported' } });
    expect(rows.map(({ payload }) => payload)).toContainEqual({ format: 'CSV', entries: 2, tenantId: null });
  });

  it('adds up in the summary', async () => {
    const { data } = await t.graphql(SUMMARY, { as: OWNER });
    const { auditSummary: summary, auditEntryCount } = data as {
      auditSummary: { total: number; byAction: { count: number }[]; byOutcome: { count: number }[]; byDay: { count: number }[] };
      auditEntryCount: number;
    };
    const sum = (counts: readonly { count: number }[]) => counts.reduce((all, { count }) => all + count, 0);
    expect(summary.total).toBe(auditEntryCount);
    for (const counts of [summary.byAction, summary.byOutcome, summary.byDay]) expect(sum(counts)).toBe(summary.total);
    const failed = await t.graphql(SUMMARY, { variables: { filter: { outcome: 'FAILED' } }, as: OWNER });
    expect(failed.data).toMatchObject({ auditSummary: { total: 2, byAction: [{ action: 'PAYMENT_EVENT', count: 2 }], byDay: [{ count: 2 }] }, auditEntryCount: 2 });
  });

  it('is checked by one command, which exits 1 when it was tampered with', async () => {
    const content = await proof();
    const run = async (text: string) => {
      const { status, stdout } = spawnSync(
        process.execPath,
        ['infra/local/run.mjs', 'infra/local/verify-audit-main.ts', await fileOf(text)],
        { encoding: 'utf8', timeout: 60_000 },
      );
      return { status, stdout };
    };
    expect(await run(content)).toEqual({ status: 0, stdout: expect.stringContaining('intact') });
    expect(await run(content.replace('AUTH_LOGIN', 'DATA_DELETE'))).toEqual({ status: 1, stdout: expect.stringContaining('TAMPERED') });
    expect((await run('{}')).status).toBe(2);
  });

  it('is told apart in the report', async () => {
    const verdicts = await verdictsOn(await askedBy([await fileOf((await proof()).replace('expired_card', 'do_not_honor'))]), noDatabase);
    expect(reportOf(verdicts)[0]).toMatch(/^TAMPERED/);
    await expect(askedBy([])).rejects.toThrow('npm run audit:verify');
    await expect(askedBy(['--database', '--key', 'nonsense'])).rejects.toThrow('verifier key');
  });
});
