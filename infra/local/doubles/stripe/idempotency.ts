import { createHash } from 'node:crypto';
import { ApiError } from './api-error.js';
import type { Collection } from './collection.js';
import { canonicalForm, type FormTree } from './form.js';

/** The answer that a key's first request was given. */
export interface IdempotencyRecord {
  /** The key itself. */
  readonly id: string;
  readonly fingerprint: string;
  readonly created: number;
  readonly status: number;
  readonly body: string;
}

const SECONDS_KEPT = 24 * 60 * 60;
const LONGEST_KEY = 255;

/** What makes two requests the same. */
export function fingerprintOf(method: string, path: string, form: FormTree): string {
  return createHash('sha256')
    .update(`${method} ${path} ${canonicalForm(form)}`)
    .digest('hex');
}

/** Remembers for a day what was answered under each key, and lets only one request at a time run under it. */
export class IdempotencyKeys {
  readonly #records: Collection<IdempotencyRecord>;
  readonly #now: () => number;
  readonly #running = new Set<string>();

  /** @param now seconds since the epoch */
  constructor(records: Collection<IdempotencyRecord>, now: () => number) {
    this.#records = records;
    this.#now = now;
  }

  /**
   * Claims the key for a request, or returns the answer it was given before. A claim ends with `finish`.
   * @throws {ApiError} 400 when the key was used for another request, 409 while a request runs under it
   */
  claim(key: string, fingerprint: string): IdempotencyRecord | null {
    if (key.length > LONGEST_KEY) {
      throw new ApiError(400, {
        type: 'invalid_request_error',
        message: `Idempotency keys can have up to ${LONGEST_KEY} characters`,
      });
    }
    if (this.#running.has(key)) {
      throw new ApiError(409, {
        type: 'idempotency_error',
        code: 'idempotency_key_in_use',
        message: `Another request with the idempotency key '${key}' is in progress.`,
      });
    }
    const known = this.#records.get(key);
    if (known && known.created + SECONDS_KEPT > this.#now()) {
      if (known.fingerprint === fingerprint) return known;
      throw new ApiError(400, {
        type: 'idempotency_error',
        message: `The idempotency key '${key}' was first used with other parameters. A different request needs another key.`,
      });
    }
    this.#running.add(key);
    return null;
  }

  /** Keeps the answer. */
  remember(
    key: string,
    fingerprint: string,
    answer: { readonly status: number; readonly body: string },
  ): void {
    this.#records.put({ id: key, fingerprint, created: this.#now(), ...answer });
  }

  finish(key: string): void {
    this.#running.delete(key);
  }

  forgetExpired(): void {
    for (const record of this.#records.oldestFirst()) {
      if (record.created + SECONDS_KEPT <= this.#now()) this.#records.remove(record.id);
    }
  }
}
