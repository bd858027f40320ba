/** Every message to a telephone by its template, with what the template has to be told. */
export interface SmsTemplates {
  readonly PHONE_VERIFICATION: { readonly code: string; readonly minutes: number };
}

export type SmsTemplate = keyof SmsTemplates;

/** A message that somebody is to be sent, as a subgraph asks for it. */
export type Sms = {
  readonly [Template in SmsTemplate]: {
    readonly template: Template;
    readonly userId: string;
    /** Number of the one recipient, as E.164. */
    readonly to: string;
    readonly values: SmsTemplates[Template];
  };
}[SmsTemplate];

/** The request for a message as an event carries it. The rest is sealed: messages hold codes, and numbers are people's. */
export interface SmsRequested {
  readonly template: SmsTemplate;
  /** The recipient, by whom an erasure finds it. */
  readonly userId: string;
  /** Empty once she was erased: nothing is sent then. */
  readonly sealed: string;
  /** ISO 8601 instant after which it is of no use to anybody, and is not sent any more. */
  readonly validUntil: string;
}

/** Sealed for this purpose, so that no other sealed value is ever taken for a message. */
export const SMS_PURPOSE = 'sms';
