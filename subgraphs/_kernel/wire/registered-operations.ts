/**
 * Path at which identity answers what stands behind the id of a document: `?id=<sha256 hex>` and, for a caller
 * that is confined to one client, `&client=<name>`. The envelope's tenant says whose clients are looked through:
 * the tenant's own, then the platform's. 200 with a `RegisteredOperation` as JSON or 404. Served to the platform
 * itself only, never forwarded to a client.
 */
export const REGISTERED_OPERATION_PATH = '/internal/registered-operation';

/** Where the gateway reports what was used: a POST of `OperationUse[]` as JSON. Served to the platform itself only. */
export const OPERATION_USES_PATH = '/internal/operation-uses';

export interface Retirement {
  /** ISO 8601 instant at which it was announced. */
  readonly announcedAt: string;
  /** ISO 8601 instant from which the operation is no longer answered. */
  readonly sunsetAt: string;
  /** Id of the document to use in its place; null where there is none. */
  readonly replacement: string | null;
}

export interface RegisteredOperation {
  /** UUID of the tenant that owns the client; the platform's for the platform's own clients. */
  readonly ownerId: string;
  /** UUID of the registration, unique with its owner. */
  readonly registrationId: string;
  readonly client: string;
  /** SHA-256 of the body in hexadecimal. */
  readonly documentId: string;
  readonly name: string;
  readonly type: 'QUERY' | 'MUTATION' | 'SUBSCRIPTION';
  readonly body: string;
  readonly retirement: Retirement | null;
}

/** How often a registered operation was used since the last report, and when it last was. */
export interface OperationUse {
  readonly ownerId: string;
  readonly registrationId: string;
  readonly uses: number;
  /** ISO 8601 instant. */
  readonly lastUsedAt: string;
}
