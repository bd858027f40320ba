import { CallFailedError, type Outgoing } from '../../outgoing/outgoing.js';
import { DeliveryRefusedError, mayPass } from './channel.js';

export interface SmsConfig {
  readonly accountSid: string;
  readonly authToken: string;
  /** Number messages come from, as E.164. */
  readonly from: string;
  /** A server that speaks Twilio's protocol; Twilio itself when undefined. */
  readonly apiBase?: string | undefined;
}

const TIMEOUT_MS = 15_000;
/** Six parts of a message of plain text. */
const LONGEST = 900;

export interface SmsSender {
  /**
   * @param to number as E.164
   * @returns what the provider calls the message
   * @throws {DeliveryRefusedError}
   */
  send(to: string, text: string, signal: AbortSignal): Promise<string | null>;
}

const sidIn = (text: string): string | null => /"sid"\s*:\s*"(\w{1,64})"/.exec(text)?.[1] ?? null;
const codeIn = (text: string): string => /"code"\s*:\s*(\d{1,6})/.exec(text)?.[1] ?? 'unknown';

/** Messages to telephones by Twilio's protocol. */
export function createSmsSender(config: SmsConfig, outgoing: Pick<Outgoing, 'post'>): SmsSender {
  const { accountSid, authToken, from, apiBase = 'https://api.twilio.com' } = config;
  const url = `${apiBase}/2010-04-01/Accounts/${encodeURIComponent(accountSid)}/Messages.json`;
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  return {
    async send(to, text, signal) {
      const body = new URLSearchParams({ To: to, From: from, Body: text.slice(0, LONGEST) }).toString();
      const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
      try {
        const answer = await outgoing.post({ url, headers, body, timeoutMs: TIMEOUT_MS, signal, longestAnswer: 8_000 });
        if (answer.status === 201) return sidIn(answer.text);
        const message = `The SMS provider answered ${answer.status}, code ${codeIn(answer.text)}`;
        throw new DeliveryRefusedError(message, { final: !mayPass(answer.status) });
      } catch (error) {
        if (!(error instanceof CallFailedError)) throw error;
        throw new DeliveryRefusedError(error.message, { final: error.final, cause: error });
      }
    },
  };
}
