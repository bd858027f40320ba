import type { TypedDocumentNode } from '@apollo/client';
import { print } from 'graphql';
import type { Client } from 'graphql-ws';

/** Where a stream is: on its way, telling, or waiting to try again. */
export type StreamHealth = 'CONNECTING' | 'LIVE' | 'RECONNECTING';

export interface Following {
  stop(): void;
}

export interface FollowOptions<Data> {
  /** Each event, once and in order. */
  readonly onEvent: (data: Data) => void;
  readonly onHealth: (health: StreamHealth) => void;
  /**
   * Something may have gone by untold: at the beginning, when no event had been seen yet, and when the platform
   * has kept too little to go on from the last one. What is shown is to be asked for anew.
   */
  readonly onGap: () => void;
}

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 10_000;

interface Failure {
  readonly extensions?: { readonly code?: unknown; readonly oldestCursor?: unknown };
}

const codeOf = (errors: readonly Failure[] | undefined): unknown => errors?.[0]?.extensions?.code;

/** How long to wait before the next attempt, in milliseconds: longer each time, and never for all at once. */
export const waitBefore = (attempt: number, random: () => number = Math.random): number =>
  Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS) * (0.5 + random() / 2);

/**
 * Follows a stream for as long as it is wanted: takes up after the last event it has had whenever the connection
 * breaks, and says when that was not enough.
 * @param field of the subscription, whose payload carries `cursor`
 */
export function follow<Field extends string, Data extends Readonly<Record<Field, { readonly cursor: string } | null>>>(
  client: Client,
  document: TypedDocumentNode<Data, { after?: string | null | undefined }>,
  field: Field,
  { onEvent, onHealth, onGap }: FollowOptions<Data>,
): Following {
  const query = print(document);
  let after: string | null = null;
  let attempt = 0;
  let stopped = false;
  let connected = false;
  /** Asked for, and not ended since: the others that share the connection may have been quicker. */
  let asked = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let release: () => void = () => undefined;

  const tellWhenLive = (): void => {
    if (connected && asked) onHealth('LIVE');
  };

  const again = (): void => {
    if (stopped) return;
    onHealth('RECONNECTING');
    timer = setTimeout(open, waitBefore(attempt));
    attempt += 1;
  };

  const lagged = (failure: Failure | undefined): void => {
    const oldest = failure?.extensions?.oldestCursor;
    after = typeof oldest === 'string' ? oldest : null;
    onGap();
  };

  function open(): void {
    if (after === null) onGap();
    let over = false;
    const ended = (): void => {
      if (over) return;
      over = true;
      asked = false;
      again();
    };
    release = client.subscribe<Data>(
      { query, variables: { after } },
      {
        next({ data, errors }) {
          if (codeOf(errors) === 'LAGGED') lagged(errors?.[0]);
          const told = data?.[field];
          if (!data || !told) return;
          attempt = 0;
          after = told.cursor;
          onEvent(data);
        },
        error(reason) {
          const failures = Array.isArray(reason) ? (reason as readonly Failure[]) : undefined;
          if (codeOf(failures) === 'LAGGED') lagged(failures?.[0]);
          ended();
        },
        complete: ended,
      },
    );
    asked = true;
    tellWhenLive();
  }

  onHealth('CONNECTING');
  const unlisten = [
    client.on('connected', () => {
      connected = true;
      attempt = 0;
      tellWhenLive();
    }),
    client.on('closed', () => {
      connected = false;
    }),
  ];
  open();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
      for (const end of unlisten) end();
      release();
    },
  };
}
