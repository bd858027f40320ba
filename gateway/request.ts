import type { Envelope } from '../subgraphs/_kernel/wire/envelope.js';
import type { Explanation } from './observation/explanation.js';
import { PLATFORM_TENANT } from '../subgraphs/_kernel/wire/tenant.js';

/** One step of a request's way. It throws a `Refusal` to turn the request away. */
export type Stage<In, Out> = (input: In) => Promise<Out>;

/** What shows that a client has the key its token is bound to, with the request it must have been made for. */
export interface KeyProof {
  readonly jwt: string;
  readonly method: string;
  /** As the client asked it, after trusted proxies. */
  readonly url: string;
}

/** What the transport knows of a request, before anyone has asked whose it is. */
export interface IncomingRequest {
  readonly requestId: string;
  /** Client address, after trusted proxies. */
  readonly ip: string | null;
  readonly userAgent: string | null;
  /** Host the client named, without port, in lower case. */
  readonly host: string;
  /** `Authorization` header, or the connection parameter of that name. */
  readonly authorization: string | null;
  /** `DPoP` header, or the connection parameter of that name. */
  readonly keyProof?: KeyProof | null;
  /** `X-Tenant` header or `?tenant=`: a slug or a tenant's UUID. */
  readonly tenantHint: string | null;
  /** `X-Captcha` header. */
  readonly captcha?: string | null;
  /** The client would rather be refused than answered in part. */
  readonly allOrNothing?: boolean;
  /** Where the way of this request is written down for the client; absent where it is not told. */
  readonly explanation?: Explanation;
}

/** The gateway's own voice, for its look-ups in subgraphs. */
export const gatewayEnvelope = (requestId: string): Envelope => ({
  tenant: PLATFORM_TENANT,
  principal: { kind: 'system', name: 'gateway' },
  origin: { requestId, ip: null, userAgent: null },
});
