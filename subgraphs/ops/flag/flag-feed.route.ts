import type { FlagWatch } from '../../_kernel/flags/flag-watch.js';
import { json } from '../../_kernel/http/json-route.js';
import { FLAG_FEED_PATH, LONGEST_FLAG_WAIT_MS, type FlagPage } from '../../_kernel/wire/flag-feed.js';
import type { SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';

/** Until the flags are others than the known ones, or the time is over. */
function anotherThan(known: string | null, flags: FlagWatch, waitMs: number): Promise<void> {
  if (flags.version !== known || waitMs <= 0) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stop();
      resolve();
    };
    const timer = setTimeout(end, waitMs);
    timer.unref();
    const stop = flags.onChange(end);
  });
}

/** All flags at once, then again with each change: how those who are no subgraph keep them in their memory. */
export const flagFeedRoute = (flags: FlagWatch): SubgraphRoute => ({
  method: 'GET',
  path: FLAG_FEED_PATH,
  async handle({ search }, { principal }) {
    if (principal.kind !== 'system') return json(403);
    const query = new URLSearchParams(search);
    const known = query.get('known');
    await flags.ready;
    const waitMs = Math.min(Math.max(Number(query.get('wait')) || 0, 0), LONGEST_FLAG_WAIT_MS);
    await anotherThan(known, flags, waitMs);
    const { version } = flags;
    const page: FlagPage = { version, flags: version === known ? null : flags.kept() };
    return json(200, page);
  },
});
