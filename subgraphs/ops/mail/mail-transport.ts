import type { RenderedMail } from './templates/render.js';

export interface OutgoingMail extends RenderedMail {
  /** The same at every attempt, so that a mail sent twice is one to the recipient's server. */
  readonly id: string;
  readonly to: string;
  /** The name it is sent in; the address is the platform's. */
  readonly fromName: string;
}

/** The server did not take a mail. */
export class MailRefusedError extends Error {
  override readonly name = 'MailRefusedError';
  /** Whether it would refuse it again. */
  readonly final: boolean;

  constructor(message: string, final: boolean, options?: ErrorOptions) {
    super(message, options);
    this.final = final;
  }
}

/** How mails leave the platform. */
export interface MailTransport {
  /**
   * @returns what whoever delivers it calls the mail; null when that is its Message-ID
   * @throws {MailRefusedError}
   */
  send(mail: OutgoingMail): Promise<{ readonly providerId: string | null }>;
  close(): void;
}
