import type { TenantIdentity } from '../../subgraphs/_kernel/wire/tenant.js';
import type { Refusal } from '../refusal.js';
import type { IdentifiedRequest } from '../stages/authentication/authentication.js';

/** A connection that goes on after it was opened: a WebSocket, a stream of events over HTTP. */
export interface OpenSession {
  readonly caller: IdentifiedRequest;
  /** Tells everyone who follows something on it why it ends, then closes it. */
  end(refusal: Refusal): void;
  /** The company is another than it was when the connection was opened. */
  know(tenant: TenantIdentity): void;
}

/** The connections that are open, so that what was right when they were opened can be asked again. */
export interface OpenSessions {
  /** @returns takes it off the list */
  add(session: OpenSession): () => void;
}

export interface ListedSessions extends OpenSessions {
  /** Ends every session of which `reason` gives one. */
  endThose(reason: (caller: IdentifiedRequest) => Refusal | null): void;
  know(tenant: TenantIdentity): void;
  /** Those of a company, as they are open now. */
  of(tenantId: string): readonly OpenSession[];
}

export function createOpenSessions(): ListedSessions {
  const open = new Set<OpenSession>();
  const of = (tenantId: string): readonly OpenSession[] => [...open].filter(({ caller }) => caller.tenant.id === tenantId);
  return {
    of,
    add(session) {
      open.add(session);
      return () => void open.delete(session);
    },
    endThose(reason) {
      for (const session of [...open]) {
        const refusal = reason(session.caller);
        if (!refusal) continue;
        open.delete(session);
        session.end(refusal);
      }
    },
    know(tenant) {
      for (const session of of(tenant.id)) session.know(tenant);
    },
  };
}
