import { DomainError, RateLimitedError, ValidationError } from '../../_kernel/errors/domain-error.js';
import type { Page } from './page.js';

/** What a page says of an expected failure. */
export interface PageRefusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly notice: { readonly kind: 'bad'; readonly text: string };
  /** What is wrong with a field, in words that follow its name. */
  readonly of: (field: string) => string | undefined;
}

/**
 * Turns an expected failure into words for a page.
 * @throws what is no expected failure
 */
export function refusalOf(error: unknown): PageRefusal {
  if (!(error instanceof DomainError)) throw error;
  const issues = error instanceof ValidationError ? error.issues : [];
  const retryAfter = error instanceof RateLimitedError ? { 'retry-after': String(Math.ceil(error.retryAfter)) } : {};
  return {
    status: error instanceof RateLimitedError ? 429 : 422,
    headers: retryAfter,
    notice: { kind: 'bad', text: issues.length > 0 ? 'Please look at what is marked below.' : error.message },
    of: (field) => issues.find((issue) => issue.field === field)?.message,
  };
}

/** A page once more, with what was wrong. */
export const refused = (page: Page, { status, headers, notice }: PageRefusal): Page => ({ ...page, status, headers, notice });
