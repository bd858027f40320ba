import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = dirname(fileURLToPath(import.meta.url));

test('the library imports nothing from outside its folder but node:crypto', async () => {
  const files = (await readdir(root, { recursive: true })).filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
  );
  expect(files.length).toBeGreaterThan(20);
  for (const file of files) {
    const source = await readFile(join(root, file), 'utf8');
    for (const [, statically, dynamically] of source.matchAll(
      /^(?:(?:import|export|\})[^'\n]* from |import )'([^']+)'|\bimport\('([^']+)'/gm,
    )) {
      const name = statically ?? dynamically ?? '';
      const inside =
        name.startsWith('.') && !relative(root, resolve(root, dirname(file), name)).startsWith('..');
      expect({ file, name, allowed: inside || name === 'node:crypto' }).toEqual({
        file,
        name,
        allowed: true,
      });
    }
    expect({ file, reads: /process\.env/.test(source) }).toEqual({ file, reads: false });
  }
});
