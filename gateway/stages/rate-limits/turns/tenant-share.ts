/** How long a company counts as present after its last operation. */
const PRESENCE_MS = 10_000;

/** While a process is saturated by one company alone, as many of its operations as keep it busy. */
const ALONE_AT_LEAST = 8;

/** Looks at a process that has time to spare before the share grows by one. */
const CALM_LOOKS = 5;

/**
 * How many operations one company may have under way. It halves while the process is saturated and grows
 * slowly while it is not, and so settles where the process is busy but not overrun.
 */
export class TenantShare {
  private readonly most: number;
  private size: number;
  private calm = 0;
  private newest: { readonly tenantId: string; readonly at: number } | null = null;
  /** When a company other than the newest was here. */
  private otherAt = -Infinity;

  constructor(most: number) {
    this.most = most;
    this.size = most;
  }

  get present(): number {
    return this.size;
  }

  /** Whether it is less than it may be. */
  get isCut(): boolean {
    return this.size < this.most;
  }

  /** @param at milliseconds */
  seen(tenantId: string, at: number): void {
    if (this.newest && this.newest.tenantId !== tenantId) this.otherAt = at;
    this.newest = { tenantId, at };
  }

  /** Whether more than one company has been here lately. */
  wasContended(at: number): boolean {
    return at - this.otherAt < PRESENCE_MS;
  }

  adapt({ saturated, contended }: { readonly saturated: boolean; readonly contended: boolean }): void {
    const least = Math.min(this.most, contended ? 1 : ALONE_AT_LEAST);
    this.calm = saturated ? 0 : this.calm + 1;
    if (saturated) this.size = Math.max(least, Math.floor(this.size / 2));
    else if (this.calm % CALM_LOOKS === 0) this.size = Math.min(this.most, this.size + 1);
  }
}
