import type { Logger } from '../../_kernel/request/request-context.js';
import { MailRefusedError, type MailTransport } from './mail-transport.js';

/**
 * For a process that was told no mail server: says so in the log and keeps the mail, so that it goes out once
 * there is one. Neither the address nor what the mail says is logged.
 */
export const createLogTransport = (logger: Logger): MailTransport => ({
  async send({ id }) {
    logger.warn({ mail: id }, 'no mail server: set SMTP_URL, the mail waits');
    throw new MailRefusedError('No mail server is configured', false);
  },
  close: () => undefined,
});
