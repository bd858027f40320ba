import type { Sms } from '../../_kernel/sms/sms.js';

/** What a message says. @param senderName the company in whose name it is sent */
export function textOfSms({ template, values }: Pick<Sms, 'template' | 'values'>, senderName: string): string {
  switch (template) {
    case 'PHONE_VERIFICATION':
      return `${values.code} is your code for ${senderName}, good for ${values.minutes} minutes. Give it to nobody.`;
  }
}
