import { requireText } from '../input-error.js';
import {
  NotificationDeliveryError,
  type AdminNotification,
  type NotificationProvider,
} from './notification.js';

export interface PagerDutyOptions {
  /** `https://api.pagerduty.com` when absent. */
  readonly baseUrl?: string | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** The PagerDuty service that the incidents belong to. */
  readonly serviceId?: string | undefined;
  /** The e-mail address of the PagerDuty user in whose name incidents are created. */
  readonly from?: string | undefined;
  /** Milliseconds; 10,000 when absent. */
  readonly timeoutMs?: number | undefined;
}

/** Creates a PagerDuty incident for every notification (REST API v2): the subject is its title, the body its details. */
export class PagerDutyProvider implements NotificationProvider {
  readonly #apiKey: string;
  readonly #options: PagerDutyOptions;

  /** @throws {SpineInputError} naming `apiKey` */
  constructor(apiKey: string, options: PagerDutyOptions = {}) {
    this.#apiKey = requireText(apiKey, 'apiKey');
    this.#options = options;
  }

  async send(notification: AdminNotification): Promise<void> {
    const response = await this.#post(this.#incidentOf(notification));
    await response.body?.cancel();
    if (!response.ok) throw new NotificationDeliveryError('PagerDuty', response.status);
  }

  #incidentOf(notification: AdminNotification): string {
    const { serviceId } = this.#options;
    return JSON.stringify({
      incident: {
        type: 'incident',
        title: requireText(notification.subject, 'subject'),
        ...(serviceId === undefined ? {} : { service: { id: serviceId, type: 'service_reference' } }),
        body: { type: 'incident_body', details: notification.body },
      },
    });
  }

  async #post(body: string): Promise<Response> {
    const {
      baseUrl = 'https://api.pagerduty.com',
      from,
      fetch = globalThis.fetch,
      timeoutMs = 10_000,
    } = this.#options;
    try {
      return await fetch(`${baseUrl.replace(/\/+$/, '')}/incidents`, {
        method: 'POST',
        headers: {
          Accept: 'application/vnd.pagerduty+json;version=2',
          Authorization: `Token token=${this.#apiKey}`,
          'Content-Type': 'application/json',
          ...(from === undefined ? {} : { From: from }),
        },
        body,
        // Following a redirect would hand the key to another host.
        redirect: 'error',
        signal: AbortSignal.timeout(timeoutMs),
      });
    } catch (cause) {
      throw new NotificationDeliveryError('PagerDuty', null, { cause });
    }
  }
}
