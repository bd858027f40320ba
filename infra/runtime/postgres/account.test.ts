import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { canWalkTo } from './account.js';

const somebody = { uid: 65_533, gid: 65_533 };

describe('whether an account can walk to a folder', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'spine-walk-'));
    await mkdir(path.join(folder, 'project'), { mode: 0o755 });
  });

  afterEach(() => rm(folder, { recursive: true }));

  it('is decided by every folder on the way, also for one yet to be made', async () => {
    const target = path.join(folder, 'project/.spine/postgres');
    await chmod(folder, 0o700);
    expect(await canWalkTo(target, somebody)).toBe(false);
    await chmod(folder, 0o711);
    expect(await canWalkTo(target, somebody)).toBe(true);
    await chmod(path.join(folder, 'project'), 0o700);
    expect(await canWalkTo(target, somebody)).toBe(false);
  });

  it('needs no look when the server is run by the account of this process', async () => {
    await chmod(folder, 0o700);
    expect(await canWalkTo(folder, {})).toBe(true);
  });
});
