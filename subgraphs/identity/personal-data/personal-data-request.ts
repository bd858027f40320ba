import { randomBytes } from 'node:crypto';
import type { PersonalDataKind } from '../../_kernel/personal-data/personal-data.js';
import { SUBGRAPH_NAMES, type SubgraphName } from '../../_kernel/wire/subgraph-names.js';

export const PERSONAL_DATA_STATUSES = [
  'WAITING',
  'AT_WORK',
  'READY',
  'DONE',
  'EXPIRED',
  'CANCELLED',
  'REFUSED',
  'FAILED',
] as const;

/** How long an erasure can be taken back. */
export const COOLING_OFF_DAYS = 14;
/** How long what was gathered can be fetched. */
export const KEPT_DAYS = 7;
/** How long a link to it is good. */
export const LINK_MINUTES = 15;
/** When a subgraph that has not answered is asked again, and how often before somebody has to look. */
export const ASK_AGAIN_MINUTES = 10;
export const MOST_ROUNDS = 6;

const MINUTE_MS = 60_000;
export const minutesAfter = (start: Date, minutes: number): Date => new Date(start.getTime() + minutes * MINUTE_MS);
export const daysAfter = (start: Date, days: number): Date => minutesAfter(start, days * 24 * 60);

/** What an archive is called that is made by this layout; another layout gets another version. */
export const ARCHIVE_FORMAT = { format: 'spine-personal-data', version: 1 } as const;

const PREFIX = 'pdl_';
export const newDownloadToken = (): string => PREFIX + randomBytes(32).toString('base64url');

/** The subgraphs whose answer is missing, in the order of the graph. */
export const unanswered = (answered: readonly string[]): readonly SubgraphName[] =>
  SUBGRAPH_NAMES.filter((name) => !answered.includes(name));

/** Whose request it is: her own, or one that the company makes for a client. */
export const isOwn = (request: { readonly userId: string | null; readonly requestedBy: string }): boolean =>
  request.userId === request.requestedBy;

export const kindInWords: Readonly<Record<PersonalDataKind, string>> = { EXPORT: 'export', ERASURE: 'erasure' };
