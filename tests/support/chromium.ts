import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome'];

async function findProgram(): Promise<string> {
  // eslint-disable-next-line no-restricted-properties -- programs are where the search path says
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  for (const file of PROGRAMS.flatMap((name) => folders.map((folder) => path.join(folder, name)))) {
    const found = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return file;
  }
  throw new Error('The browser tests need Chromium: apt-get install chromium, or have google-chrome on the PATH.');
}

/** A real Chromium without a window. @throws {Error} in one sentence when there is none on this machine */
export const launchChromium = async (): Promise<Browser> =>
  chromium.launch({
    executablePath: await findProgram(),
    // Its sandbox cannot be had by root; only our own pages are opened.
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
