import type { IncomingMessage } from 'node:http';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { BrowserSession } from '../account-pages/browser-session.service.js';

/** What is known of a request beside what stands in it. */
export interface AskedBy {
  readonly context: RequestContext;
  /** Who is signed in with the browser that asks; null for nobody, and for programs. */
  readonly browser: BrowserSession | null;
}

/** Carries what is known of a request through a library that only hands the request itself on. */
export class RequestContexts {
  readonly #known = new WeakMap<IncomingMessage, AskedBy>();

  remember(message: IncomingMessage, askedBy: AskedBy): void {
    this.#known.set(message, askedBy);
  }

  of({ req }: { readonly req: IncomingMessage }): AskedBy {
    const known = this.#known.get(req);
    if (!known) throw new Error('A request reached the authorization server past its door');
    return known;
  }
}
