import { mkdir, writeFile } from 'node:fs/promises';
import { GOLDEN_FOLDER, goldenMails } from './golden-mails.js';

// Run when the change of a mail is meant: what becomes of it is then seen in review.
await mkdir(GOLDEN_FOLDER, { recursive: true });
for (const { file, html } of goldenMails()) await writeFile(new URL(file, GOLDEN_FOLDER), html);
