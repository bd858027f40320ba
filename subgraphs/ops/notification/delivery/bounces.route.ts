import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { json, jsonIn } from '../../../_kernel/http/json-route.js';
import type { Clock } from '../../../_kernel/request/clock.js';
import type { RouteRequest, SubgraphRoute } from '../../../_kernel/wire/subgraph-route.js';
import { withoutAddresses } from '../../mail/mail.js';
import type { NotificationLogService } from './notification-log.service.js';

export const BOUNCES_PATH = '/webhooks/resend';

/** How far a signature's time may be from ours, in seconds. */
const TOLERANCE_SECONDS = 300;

const bounceSchema = z.object({
  type: z.enum(['email.bounced', 'email.complained']),
  data: z.object({ email_id: z.string().min(1).max(64), bounce: z.object({ message: z.string() }).optional() }),
});

/** Whether a call is signed with our secret, just now: the scheme of Svix, which Resend signs by. */
function isSigned({ headers, body }: RouteRequest, secret: string, now: Date): boolean {
  const { 'svix-id': id = '', 'svix-timestamp': timestamp = '', 'svix-signature': signatures = '' } = headers;
  const seconds = Number(timestamp);
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now.getTime() / 1_000 - seconds) > TOLERANCE_SECONDS) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const right = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest();
  return signatures.split(' ').some((signature) => {
    const given = Buffer.from(signature.replace(/^v1,/, ''), 'base64');
    return given.length === right.length && timingSafeEqual(given, right);
  });
}

/** Where Resend says that a mail it took has come back. */
export const bouncesRoute = (parts: {
  readonly log: NotificationLogService;
  readonly clock: Clock;
  readonly secret: string;
}): SubgraphRoute => ({
  method: 'POST',
  path: BOUNCES_PATH,
  async handle(request) {
    if (!isSigned(request, parts.secret, parts.clock.now())) return json(401);
    const bounce = jsonIn(request, bounceSchema);
    // What else it tells us is none of ours; it need not tell it again.
    if (!bounce) return json(202);
    const failure = bounce.type === 'email.complained' ? 'Taken for unwanted by whoever got it' : withoutAddresses(bounce.data.bounce?.message ?? 'It came back');
    await parts.log.bounced(bounce.data.email_id, failure);
    return json(202);
  },
});
