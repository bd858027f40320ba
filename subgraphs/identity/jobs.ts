/** A client that took part in a session that is over has to know. */
export interface TellClientOfLogout {
  /** UUID of the client. */
  readonly clientId: string;
  readonly userId: string;
  /** What the client knows the session by. */
  readonly sid: string;
  /** The company's own domain by which the client knows it; null or absent for its subdomain of the platform. */
  readonly domain?: string | null;
}

/** What identity has done by itself, however often it takes. The database asks for it: see the migrations. */
export interface IdentityJobs {
  'identity.tell_client_of_logout': TellClientOfLogout;
}
