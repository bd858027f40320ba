import webpush from 'web-push';
import { CallFailedError, type Outgoing } from '../../outgoing/outgoing.js';
import { DeliveryRefusedError, mayPass, type Delivery } from './channel.js';

export interface PushConfig {
  /** The pair of VAPID, in base64url. */
  readonly publicKey: string;
  readonly privateKey: string;
  /** `mailto:` or https address of whoever is to be asked when something is wrong. */
  readonly subject: string;
}

/** A browser, as it describes itself. */
export interface PushTarget {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
}

const TIMEOUT_MS = 15_000;
/** How long the push service keeps it for a browser that is off, in seconds. */
const KEPT_SECONDS = 86_400;
/** What fits into one record of the encryption whatever the push service. */
const LONGEST_BODY = 1_000;

export interface PushSender {
  /** @throws {DeliveryRefusedError} `gone` when the browser does not want it any more */
  send(target: PushTarget, delivery: Delivery): Promise<void>;
}

/** Web push: encrypted for the browser alone, signed by VAPID. */
export function createPushSender(vapidDetails: PushConfig, outgoing: Pick<Outgoing, 'post'>): PushSender {
  return {
    async send({ endpoint, p256dh, auth }, { id, title, body, senderName, signal }) {
      const payload = JSON.stringify({ id, title, body: body.slice(0, LONGEST_BODY), from: senderName });
      try {
        const request = webpush.generateRequestDetails({ endpoint, keys: { p256dh, auth } }, payload, {
          vapidDetails,
          TTL: KEPT_SECONDS,
          contentEncoding: 'aes128gcm',
          // The same at every attempt: of two that wait for a browser one is shown.
          topic: id.replaceAll('-', ''),
        });
        const headers = Object.fromEntries(
          Object.entries(request.headers).filter(([name]) => name.toLowerCase() !== 'content-length').map(([name, value]) => [name, String(value)]),
        );
        const { status } = await outgoing.post({ url: endpoint, headers, body: request.body ?? Buffer.alloc(0), timeoutMs: TIMEOUT_MS, signal });
        if (status >= 200 && status < 300) return;
        const gone = status === 404 || status === 410;
        throw new DeliveryRefusedError(`The push service answered ${status}`, { final: !mayPass(status), gone });
      } catch (error) {
        if (error instanceof DeliveryRefusedError) throw error;
        if (!(error instanceof CallFailedError)) throw new DeliveryRefusedError('It cannot be encrypted for the browser', { final: true, cause: error });
        throw new DeliveryRefusedError(error.message, { final: error.final, cause: error });
      }
    },
  };
}
