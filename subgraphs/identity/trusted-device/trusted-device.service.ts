import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requireFreshProof, requireMember } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../_kernel/tenancy/tenant-database.js';
import { newDeviceToken, trustedUntil } from './trusted-device.js';
import {
  findDeviceByToken,
  findDevicesOf,
  insertDevice,
  noteUse,
  revokeDevice,
  type TrustedDeviceRow,
} from './trusted-device.store.js';
import { hashOfSecret } from '../../_kernel/wire/secret-hash.js';

export interface DeviceTrusted {
  readonly device: TrustedDeviceRow;
  /** Shown this once. */
  readonly deviceToken: string;
}

export interface TrustedDeviceService {
  /**
   * Vouches for the device that the request comes from.
   * @throws {UnauthenticatedError}
   * @throws {StepUpRequiredError} when it was too long ago that she proved who she is
   */
  trust(context: RequestContext): Promise<DeviceTrusted>;
  /** Whose device it is that holds the token; null for one that nobody vouches for. */
  recognise(context: RequestContext, token: string | null): Promise<{ readonly id: string; readonly userId: string } | null>;
  mine(context: RequestContext): Promise<TrustedDeviceRow[]>;
  /** @throws {NotFoundError} alike for one that is unknown, another's or not trusted any more */
  revoke(context: RequestContext, id: string): Promise<TrustedDeviceRow>;
}

export const createTrustedDeviceService = (tenants: TenantDatabase): TrustedDeviceService => ({
  async trust(context) {
    const { userId } = requireMember(context);
    requireFreshProof(context);
    const now = context.clock.now();
    const deviceToken = newDeviceToken();
    const device = await insertDevice(tenants.of(context), {
      id: uuidv7(),
      userId,
      tokenHash: hashOfSecret(deviceToken),
      userAgent: context.origin.userAgent,
      createdAt: now,
      lastUsedAt: now,
      expiresAt: trustedUntil(now),
    });
    return { device, deviceToken };
  },

  async recognise(context, token) {
    if (token === null) return null;
    const now = context.clock.now();
    const device = await findDeviceByToken(tenants.of(context), hashOfSecret(token), now);
    if (device) await noteUse(tenants.of(context), device.id, now, trustedUntil(now));
    return device && { id: device.id, userId: device.userId };
  },

  async mine(context) {
    const { userId } = requireMember(context);
    return findDevicesOf(tenants.of(context), userId, context.clock.now());
  },

  async revoke(context, id) {
    const { userId } = requireMember(context);
    const device = await revokeDevice(tenants.of(context), userId, id, context.clock.now());
    if (!device) throw new NotFoundError('Device');
    return device;
  },
});
