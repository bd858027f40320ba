import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { jsonIn } from '../../../_kernel/http/json-route.js';
import type { RouteRequest } from '../../../_kernel/wire/subgraph-route.js';
import { hashOfSecret } from '../../../_kernel/wire/secret-hash.js';
import type { AllowedKind } from '../remote/calendar-provider.js';

/** Within what every service grants. */
export const WATCH_LASTS_MS = 48 * 3_600_000;

/** So long before its end a watch is seen to, so that there is one even after an evening without the service. */
export const RENEWED_EARLY_MS = 12 * 3_600_000;

/** What a calendar says of itself. */
export interface CalendarNotice {
  /** What it proves itself by; every one has to be right. */
  readonly tokens: readonly string[];
  /** Whether something may have changed: Google tells of the beginning of a watch as well. */
  readonly isChange: boolean;
}

const graphNotices = z.object({ value: z.array(z.object({ clientState: z.string() })).min(1).max(1_000) });

/** A notice as services send them; null for what is none. Whether it is genuine is not known yet. */
export function noticeIn(kind: AllowedKind, request: RouteRequest): CalendarNotice | null {
  if (kind === 'GOOGLE') {
    const token = request.headers['x-goog-channel-token'];
    return token === undefined ? null : { tokens: [token], isChange: request.headers['x-goog-resource-state'] !== 'sync' };
  }
  const notices = jsonIn(request, graphNotices);
  return notices && { tokens: notices.value.map(({ clientState }) => clientState), isChange: true };
}

/** @param hash what is kept of the secret that a watch was begun with */
export const isGenuine = ({ tokens }: CalendarNotice, hash: string): boolean =>
  tokens.every((token) => timingSafeEqual(Buffer.from(hashOfSecret(token)), Buffer.from(hash)));
