import type { EventSignal } from '../events/event-signal.js';
import type { Outbox } from '../events/outbox.js';
import type { Logger, RequestContext } from '../request/request-context.js';
import type { TenantDatabase } from '../tenancy/tenant-database.js';
import type { MutationAnswered, MutationEvents } from './mutation-answered.js';

/** Writes down what was answered to mutations, for the audit trail. */
export interface MutationLog {
  /** Never fails: what cannot be written now is written as soon as the database takes it. */
  note(context: RequestContext, answers: readonly MutationAnswered[]): Promise<void>;
  /** Writes what is left, as far as that is possible, and stops. */
  close(): Promise<void>;
}

interface Waiting {
  readonly context: RequestContext;
  readonly answer: MutationAnswered;
  readonly at: Date;
}

/** Beyond this many that wait, the log line alone tells of them. */
const WAITING_LIMIT = 10_000;
const RETRY_MS = 1_000;

export function createMutationLog(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<MutationEvents>;
  readonly signal: EventSignal;
  readonly logger: Logger;
}): MutationLog {
  const { tenants, outbox, signal, logger } = parts;
  const waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;

  const write = async ({ context, answer, at }: Waiting): Promise<void> => {
    // A statement of its own, in one round trip; nothing else has to come about with it.
    await outbox.emit(tenants.of(context), context, 'kernel.mutation_answered', answer, at);
    signal.notify('events');
  };

  const later = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void writeWaiting();
    }, RETRY_MS).unref();
  };

  const writeWaiting = async (): Promise<void> => {
    try {
      for (let first = waiting[0]; first; first = waiting[0]) {
        await write(first);
        waiting.shift();
      }
    } catch {
      // Said when it came to wait.
      later();
    }
  };

  const wait = (entry: Waiting, error: unknown): void => {
    const { answer, context } = entry;
    context.logger.error({ err: error, answer, at: entry.at }, 'a mutation could not be noted; it will be tried again');
    if (waiting.length < WAITING_LIMIT) waiting.push(entry);
    else logger.error({ waiting: waiting.length }, 'too many mutations wait to be noted');
    later();
  };

  return {
    async note(context, answers) {
      for (const answer of answers) {
        const entry = { context, answer, at: context.clock.now() };
        try {
          await write(entry);
        } catch (error) {
          wait(entry, error);
        }
      }
    },
    async close() {
      clearTimeout(timer);
      await writeWaiting();
      clearTimeout(timer);
    },
  };
}
