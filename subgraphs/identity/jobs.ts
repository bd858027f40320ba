/** A client that took part in a session that is over has to know. */
export interface TellClientOfLogout {
  /** UUID of the client. */
  readonly clientId: string;
  readonly userId: string;
  /** What the client knows the session by. */
  readonly sid: string;
}

/** What identity has done by itself, however often it takes. The database asks for it: see the migrations. */
export interface IdentityJobs {
  'identity.tell_client_of_logout': TellClientOfLogout;
}
