import { createHash } from 'node:crypto';

/** What a recipient's calendar program takes over, by RFC 5546. */
export interface MailedCalendar {
  readonly method: 'REQUEST' | 'CANCEL';
  /** RFC 5545. */
  readonly body: string;
}

/**
 * Every mail of the platform by its template, with what the template has to be told. Links are absolute, times
 * are durations in words of the recipient's language made from the numbers given here.
 */
export interface MailTemplates {
  readonly EMAIL_VERIFICATION: { readonly displayName: string; readonly code: string; readonly link: string; readonly minutes: number };
  readonly PASSWORD_RESET: { readonly displayName: string; readonly link: string; readonly minutes: number };
  readonly PASSWORD_CHANGED: { readonly displayName: string };
  readonly SIGN_IN_LINK: { readonly displayName: string; readonly code: string; readonly link: string; readonly minutes: number };
  readonly NEW_DEVICE: { readonly displayName: string; readonly device: string; readonly at: string };
  readonly MEMBER_INVITATION: { readonly inviterName: string; readonly role: string; readonly link: string; readonly days: number };
  readonly ADMIN_WELCOME: { readonly displayName: string; readonly role: string; readonly link: string; readonly minutes: number };
  readonly TENANT_WELCOME: { readonly displayName: string; readonly link: string };
  readonly TRIAL_EXPIRY_WARNING: { readonly daysLeft: number; readonly link: string };
  readonly TRIAL_EXPIRED: { readonly link: string };
  readonly TENANT_SUSPENDED: { readonly reason: string };
  readonly TENANT_REACTIVATED: { readonly link: string };
  readonly SUPPORT_TICKET_CONFIRMATION: { readonly displayName: string; readonly number: string; readonly subject: string };
  readonly BOOKING_INVITATION: {
    readonly displayName: string;
    readonly change: 'CONFIRMED' | 'MOVED' | 'CANCELLED';
    /** What is booked, with whom. */
    readonly what: string;
    /** In words, with the zone. */
    readonly when: string;
    readonly reference: string;
    readonly location: string | null;
    readonly calendar: MailedCalendar;
  };
  /** Amounts and days are in words. */
  readonly PAYMENT_FAILED: { readonly displayName: string; readonly amount: string; readonly what: string; readonly link: string };
  readonly INVOICE: {
    readonly displayName: string;
    readonly number: string;
    readonly amount: string;
    readonly what: string;
    readonly day: string;
    readonly link: string;
  };
  readonly NOTICE: { readonly displayName: string; readonly title: string; readonly body: string };
}

export type MailTemplate = keyof MailTemplates;

/** A mail that somebody is to be sent, as a subgraph asks for it. */
export type Mail = {
  readonly [Template in MailTemplate]: {
    readonly template: Template;
    /** Address of the one recipient. */
    readonly to: string;
    readonly values: MailTemplates[Template];
    /** What the recipient reads, as a language tag; left out where nobody knows, and then her company's is taken. */
    readonly locale?: string | null;
  };
}[MailTemplate];

/**
 * The request for a mail as an event carries it. The rest is sealed: mails hold links that sign people in, and
 * the log of events outlives them.
 */
export interface MailRequested {
  readonly template: MailTemplate;
  /** Empty once the recipient was erased: nothing is sent then. */
  readonly sealed: string;
  /** Of the recipient's address, by which an erasure finds it; absent of what was asked for before there was one. */
  readonly recipientHash?: string;
}

/** SHA-256 of an address in hexadecimal: it tells mails apart where the address itself must not be written down. */
export const hashOfEmail = (address: string): string =>
  createHash('sha256').update(address.trim().toLowerCase()).digest('hex');

/** Sealed for this purpose, so that no other sealed value is ever taken for a mail. */
export const MAIL_PURPOSE = 'mail';
