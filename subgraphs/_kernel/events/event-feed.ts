import { json } from '../http/json-route.js';
import type { SubgraphRuntime } from '../subgraph.js';
import type { SubgraphRoute } from '../wire/subgraph-route.js';
import { comparePositions, decodePosition, encodePosition, type Position, type StoredEvent } from './event.js';
import type { EventLog } from './event-log.js';
import type { LogWatch } from './log-watch.js';

/** What is told of events of each type to those who are not subgraphs; null for one that concerns nobody there. */
export type WireForms<Events, Entry> = {
  readonly [Type in keyof Events & string]?: (event: StoredEvent<Type, Events[Type]>) => Entry | null;
};

interface Page<Entry> {
  readonly entries: readonly Entry[];
  readonly position: Position;
  readonly more: boolean;
}

interface Question {
  readonly after: Position;
  readonly waitMs: number;
}

const PAGE_SIZE = 500;

/** Wakes whoever waits for something new, also when it came before the wait began. */
function createAlarm(watch: LogWatch): { wait(milliseconds: number): Promise<void>; end(): void } {
  let rung = false;
  let wake: (() => void) | undefined;
  const end = watch.onAdvance(() => {
    rung = true;
    wake?.();
  });
  return {
    end,
    async wait(milliseconds) {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds);
          timer.unref();
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      rung = false;
      wake = undefined;
    },
  };
}

/** @returns null for a question that cannot be understood */
async function questionIn(search: string, log: EventLog, longestWaitMs: number): Promise<Question | null> {
  const query = new URLSearchParams(search);
  const waitMs = Math.min(Math.max(Number(query.get('wait') ?? 0) || 0, 0), longestWaitMs);
  const cursor = query.get('after');
  if (cursor !== null) {
    const after = decodePosition(cursor);
    return after && { after, waitMs };
  }
  const since = Number(query.get('since'));
  return Number.isSafeInteger(since) && since > 0 ? { after: await log.before(new Date(since)), waitMs } : null;
}

/**
 * The log as a program outside of the subgraphs reads it: events of chosen types in a form of their own, page by
 * page, each question answered as soon as there is something. Answers the platform itself only.
 */
export function eventFeedRoute<Events, Entry>(parts: {
  readonly path: string;
  readonly forms: WireForms<Events, Entry>;
  readonly runtime: Pick<SubgraphRuntime, 'log' | 'watch'>;
  /** Milliseconds. */
  readonly longestWaitMs: number;
}): SubgraphRoute {
  const { log, watch } = parts.runtime;
  const forms = parts.forms as Readonly<Record<string, ((event: StoredEvent) => Entry | null) | undefined>>;
  const types = Object.keys(forms);

  const read = async (after: Position): Promise<Page<Entry>> => {
    // Asked first: whatever is read then includes everything up to there.
    const { head } = watch;
    const events = await log.read({ after, limit: PAGE_SIZE, types });
    const last = events.at(-1)?.position ?? after;
    const more = events.length === PAGE_SIZE;
    return {
      entries: events.flatMap((event) => forms[event.type]?.(event) ?? []),
      position: !more && comparePositions(head, last) > 0 ? head : last,
      more,
    };
  };

  const answer = async ({ after, waitMs }: Question): Promise<Page<Entry>> => {
    const deadline = performance.now() + waitMs;
    const alarm = createAlarm(watch);
    try {
      for (let from = after; ; ) {
        const page = await read(from);
        const left = deadline - performance.now();
        if (page.entries.length > 0 || page.more || left <= 0) return page;
        from = page.position;
        await alarm.wait(left);
      }
    } finally {
      alarm.end();
    }
  };

  return {
    method: 'GET',
    path: parts.path,
    async handle({ search }, { principal }) {
      if (principal.kind !== 'system') return json(403);
      const question = await questionIn(search, log, parts.longestWaitMs);
      if (!question) return json(400);
      const { entries, position, more } = await answer(question);
      return json(200, { entries, position: encodePosition(position), more });
    },
  };
}
