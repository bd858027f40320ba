/** Work was asked for without a tenant to do it in. */
export class TenantScopeRequiredError extends Error {
  readonly code = 'TENANT_SCOPE_REQUIRED';
  override readonly name = 'TenantScopeRequiredError';

  constructor() {
    super('this needs a tenant, and none is given');
  }
}

/** A source handed out another tenant's data. A defect, and worth an alarm: it counts as `tenant_leak_suspected`. */
export class TenantLeakError extends Error {
  readonly code = 'TENANT_LEAK';
  override readonly name = 'TenantLeakError';

  constructor() {
    super('data of another tenant was about to leave its scope');
  }
}

export interface TenantOwned {
  readonly tenantId: string;
}

/**
 * The tenant that work is done in. It cannot exist without a tenant, and lets nothing of another tenant's pass:
 * a second line behind the store's own isolation, not a replacement of it.
 */
export class TenantScope {
  readonly tenantId: string;

  /** @throws {TenantScopeRequiredError} without a tenant id */
  constructor(tenantId: string) {
    if (typeof tenantId !== 'string' || tenantId.trim() === '') throw new TenantScopeRequiredError();
    this.tenantId = tenantId;
    Object.freeze(this);
  }

  /** Does the work with this scope's tenant id. */
  run<T>(work: (tenantId: string) => T): T {
    return work(this.tenantId);
  }

  owns(row: TenantOwned): boolean {
    return row.tenantId === this.tenantId;
  }

  /**
   * Asks a source for rows of this tenant.
   * @throws {TenantLeakError} by rejection, when even one of them is not; none is returned then
   */
  async query<Row extends TenantOwned>(
    read: (tenantId: string) => Promise<readonly Row[]>,
  ): Promise<readonly Row[]> {
    const rows = await read(this.tenantId);
    if (rows.some((row) => !this.owns(row))) throw new TenantLeakError();
    return rows;
  }
}

/** @throws {TenantScopeRequiredError} when there is no scope */
export function requireTenantScope(scope: TenantScope | null | undefined): TenantScope {
  if (scope instanceof TenantScope) return scope;
  throw new TenantScopeRequiredError();
}
