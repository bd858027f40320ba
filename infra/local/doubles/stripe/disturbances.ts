/** Something that goes wrong with the next requests to the API. */
export interface RequestDisturbance {
  /** No answer ever comes, the answer is a 500, or the connection is cut. */
  readonly kind: 'timeout' | 'server_error' | 'reset';
  /** Whether it strikes before the request has any effect or after it has had it; before, unless told. */
  readonly effect?: 'before' | 'after';
  /** How many requests it strikes; one, unless told. */
  readonly count?: number;
  /** Strikes only requests whose path starts so. */
  readonly path?: string;
}

/** Something that goes wrong with the first delivery of the next events; retries are sound. */
export type WebhookDisturbance =
  | { readonly kind: 'drop' | 'duplicate' | 'corrupt_signature'; readonly count?: number }
  | { readonly kind: 'delay'; readonly milliseconds: number; readonly count?: number }
  /** Holds back the next events until there are `count` of them, then delivers them one by one, the last first. */
  | { readonly kind: 'reorder'; readonly count: number };

/** What is to strike, in the order it was asked for, each as often as it was asked for. */
export class Disturbances<Kind extends { readonly count?: number }> {
  #pending: { readonly what: Kind; left: number }[] = [];

  add(what: Kind): void {
    this.#pending.push({ what, left: what.count ?? 1 });
  }

  /** The next one that applies, used up once; undefined when all is well. */
  take(applies: (what: Kind) => boolean = () => true): Kind | undefined {
    const found = this.#pending.find((pending) => applies(pending.what));
    if (!found) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.#pending = this.#pending.filter((pending) => pending !== found);
    return found.what;
  }

  clear(): void {
    this.#pending = [];
  }
}
