import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { ObjectStore } from '../../../_kernel/files/object-store.js';
import type { PlatformDb } from '../../../_kernel/tenancy/tenant-database.js';
import { createArchivedEntries } from '../archive/archived-entries.js';
import { headIn } from '../log/checkpoint.js';
import { parseNote, parseVerifier, type Verifier } from '../log/signed-note.js';
import { checkTrail, type FoundTrail, type Verdict } from './check-trail.js';
import { openTrailFile } from './trail-file.js';
import { openTrailInDatabase, tenantsWithTrails } from './trail-in-database.js';

export const USAGE = `Checks the audit trail: recomputes every log from its entries and holds it against what was signed.

  npm run audit:verify -- <file>        a log exported as PROOF
  npm run audit:verify -- --database    every log in the database of DATABASE_URL

  --key <verifier key>    believe this key, not the one that comes with what is checked
  --since <file>          a checkpoint kept from before, which must still hold; may be given several times

Exits 0 when all is as it was signed, 1 when something was tampered with, 2 when nothing could be checked.`;

/** What was asked makes no sense; the message says why. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Asked {
  readonly file: string | null;
  readonly key: Verifier | null;
  /** Notes. */
  readonly since: readonly string[];
}

function argumentsOf(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        database: { type: 'boolean', default: false },
        key: { type: 'string' },
        since: { type: 'string', multiple: true, default: [] },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @throws {UsageError} */
export async function askedBy(words: readonly string[]): Promise<Asked> {
  const { values, positionals } = argumentsOf(words);
  const [file, ...more] = positionals;
  if (more.length > 0 || (file === undefined) !== values.database) throw new UsageError(USAGE);
  const key = values.key === undefined ? null : parseVerifier(values.key);
  if (values.key !== undefined && !key) throw new UsageError('--key is not a verifier key: name+hash+key');
  const since = await Promise.all(values.since.map((path) => readFile(path, 'utf8')));
  const unreadable = values.since.find((_path, at) => !parseNote(since[at] ?? ''));
  if (unreadable !== undefined) throw new UsageError(`${unreadable} is not a checkpoint`);
  return { file: file ?? null, key, since };
}

const originIn = (text: string): string | null => {
  const note = parseNote(text);
  return (note && headIn(note)?.origin) ?? null;
};

/** Checks a log, holding it against those of the kept checkpoints that are its own. */
const check = (trail: FoundTrail, since: readonly string[]): Promise<Verdict> =>
  checkTrail(trail, { checkpoints: since.filter((text) => originIn(text) === trail.origin) });

/** A kept checkpoint that belongs to none of the logs: theirs was replaced, or the wrong ones are looked at. */
const lostCheckpoints = (verdicts: readonly Verdict[], since: readonly string[]): readonly Verdict[] => {
  const known = new Set(verdicts.map(({ origin }) => origin));
  return since
    .map(originIn)
    .filter((origin) => origin !== null && !known.has(origin))
    .map((origin) => ({ origin: origin ?? '', size: 0, checkpoints: 0, problems: ['there is no such log'] }));
};

/** What has every tenant's rows, and the files that hold what is older. */
export interface KeptTrails {
  readonly db: PlatformDb;
  readonly files: Pick<ObjectStore, 'read'>;
}

/** @param kept only asked for where no file is checked */
export async function verdictsOn(
  { file, key, since }: Asked,
  kept: () => KeptTrails,
): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = [];
  if (file !== null) {
    verdicts.push(await check(await openTrailFile(file, key), since));
  } else {
    const { db, files } = kept();
    const archived = createArchivedEntries(db, files);
    for (const tenantId of await tenantsWithTrails(db)) {
      verdicts.push(await check(await openTrailInDatabase(db, tenantId, key?.publicKey ?? null, archived), since));
    }
  }
  return [...verdicts, ...lostCheckpoints(verdicts, since)];
}

/** What is said of it, a line each. */
export function reportOf(verdicts: readonly Verdict[]): readonly string[] {
  if (verdicts.length === 0) return ['There is no log yet.'];
  return verdicts.flatMap(({ origin, size, checkpoints, problems }) => [
    `${problems.length === 0 ? 'intact  ' : 'TAMPERED'}  ${origin}  ${size} entries, ${checkpoints} signed heads`,
    ...problems.map((problem) => `          - ${problem}`),
  ]);
}
