import { CallFailedError, type Outgoing } from '../../outgoing/outgoing.js';
import { DeliveryRefusedError, mayPass, type Delivery } from './channel.js';

const TIMEOUT_MS = 15_000;

export type TeamChannel = 'SLACK' | 'PAGERDUTY';

export interface TeamSender {
  /**
   * @param secret the address of a Slack webhook, or the routing key of a PagerDuty service
   * @throws {DeliveryRefusedError}
   */
  send(channel: TeamChannel, secret: string, delivery: Delivery): Promise<void>;
}

/** Slack reads these three as markup, and nothing else. */
const slackText = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const slackBody = ({ title, body, senderName }: Delivery): string =>
  JSON.stringify({
    text: slackText(`${senderName}: ${title}`),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: title.slice(0, 150) } },
      ...(body === '' ? [] : [{ type: 'section', text: { type: 'mrkdwn', text: slackText(body).slice(0, 3_000) } }]),
      { type: 'context', elements: [{ type: 'mrkdwn', text: slackText(senderName) }] },
    ],
  });

/** Events API v2: what is about the same is one alert there, however often it is told. */
const pagerDutyBody = (routingKey: string, { id, title, body, senderName, subjectId }: Delivery): string =>
  JSON.stringify({
    routing_key: routingKey,
    event_action: 'trigger',
    dedup_key: subjectId ?? id,
    payload: { summary: title.slice(0, 1_024), source: senderName, severity: 'critical', custom_details: { body } },
  });

/**
 * What a team is told in a place of its own.
 * @param pagerDutyBase a server that speaks PagerDuty's protocol; PagerDuty itself when undefined
 */
export function createTeamSender(outgoing: Pick<Outgoing, 'post'>, pagerDutyBase = 'https://events.pagerduty.com'): TeamSender {
  return {
    async send(channel, secret, delivery) {
      const url = channel === 'SLACK' ? secret : `${pagerDutyBase}/v2/enqueue`;
      const body = channel === 'SLACK' ? slackBody(delivery) : pagerDutyBody(secret, delivery);
      try {
        const headers = { 'content-type': 'application/json' };
        const { status } = await outgoing.post({ url, headers, body, timeoutMs: TIMEOUT_MS, signal: delivery.signal });
        if (status >= 200 && status < 300) return;
        throw new DeliveryRefusedError(`${channel} answered ${status}`, { final: !mayPass(status) });
      } catch (error) {
        if (!(error instanceof CallFailedError)) throw error;
        throw new DeliveryRefusedError(error.message, { final: error.final, cause: error });
      }
    },
  };
}
