/** How old an answer is, and how long it may be kept. */
export interface Freshness {
  /** Seconds, from when it was made. */
  readonly maxAge: number;
  readonly scope: 'PUBLIC' | 'PRIVATE';
  /** Seconds since it was made. */
  readonly age: number;
}

/** What an answer's freshness is in headers (RFC 9111). */
export function freshnessHeaders({ maxAge, scope, age }: Freshness): Readonly<Record<string, string>> {
  return {
    'cache-control': `${scope.toLowerCase()}, max-age=${maxAge}`,
    age: String(age),
    // Who asks and for which company is not always said by the address.
    vary: 'origin, accept-encoding, authorization, x-api-key, x-tenant',
  };
}
