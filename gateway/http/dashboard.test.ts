import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createDashboard, type Dashboard } from './dashboard.js';

let folder: string;
let dashboard: Dashboard;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'spine-dashboard-'));
  dashboard = createDashboard(path.join(folder, 'dist'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

async function build(): Promise<void> {
  await mkdir(path.join(folder, 'dist/assets'), { recursive: true });
  await writeFile(path.join(folder, 'dist/index.html'), '<meta nonce="%NONCE%"><script src="/admin/assets/main-1a2b.js"></script>');
  await writeFile(path.join(folder, 'dist/assets/main-1a2b.js'), 'start();');
  await writeFile(path.join(folder, 'dist/.sources'), 'a hash');
  await writeFile(path.join(folder, 'secret.js'), 'not yours');
}

describe('the dashboard', () => {
  test('asks for patience while it is being built', async () => {
    const answer = await dashboard.answer('/admin');
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    expect(answer.body).toContain('being built');
  });

  test('is one page at every path of its own', async () => {
    await build();
    const bodies = await Promise.all(
      ['/admin', '/admin/', '/admin/auth-ops', '/admin/auth-ops/inc_0198'].map(async (at) => (await dashboard.answer(at)).status),
    );
    expect(bodies).toEqual([200, 200, 200, 200]);
  });

  test('allows its styles by a nonce that no two answers share, and no script but its files', async () => {
    await build();
    const [one, other] = await Promise.all([dashboard.answer('/admin'), dashboard.answer('/admin')]);
    const nonceOf = ({ body }: { body: string }): string => /nonce="([^"]+)"/.exec(body)?.[1] ?? '';
    expect(nonceOf(one)).toMatch(/^[A-Za-z0-9+/]{24}$/);
    expect(nonceOf(one)).not.toBe(nonceOf(other));
    expect(one.headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonceOf(one)}'`);
    expect(one.headers['content-security-policy']).toContain("script-src 'self';");
    expect(one.headers['content-security-policy']).not.toContain('unsafe');
  });

  test('lets files whose name holds their hash be kept for a year', async () => {
    await build();
    await expect(dashboard.answer('/admin/assets/main-1a2b.js')).resolves.toMatchObject({
      status: 200,
      headers: { 'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'public, max-age=31536000, immutable' },
      body: 'start();',
    });
  });

  test.each(['/admin/../secret.js', '/admin/assets/../../secret.js', '/admin/%2e%2e/secret.js', '/admin/assets/none.js', '/admin/index.html'])(
    'has nothing at %s',
    async (at) => {
      await build();
      await expect(dashboard.answer(at)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    },
  );

  test('tells nobody of its dot files', async () => {
    await build();
    expect((await dashboard.answer('/admin/.sources')).body).not.toContain('a hash');
  });
});
