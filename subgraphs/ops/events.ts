import type { MailRequested } from '../_kernel/mail/mail.js';
import type { PersonalDataAnswers } from '../_kernel/personal-data/personal-data.js';

/** Something is wrong and an incident is open for it. Ids are UUIDs. */
export interface IncidentRaised {
  readonly incidentId: string;
  /** One of the spine's types or a registered one, such as `FAILED_LOGINS_SPIKE`. */
  readonly type: string;
  readonly severity: 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL';
  /** Whether it is the first of its cause: the others of it, at however many companies, follow closely. */
  readonly opensGroup: boolean;
}

/** An incident's status, severity or numbers are no longer what they were. */
export interface IncidentChanged {
  readonly incidentId: string;
  readonly status: 'OPEN' | 'ACKNOWLEDGED' | 'MITIGATED' | 'RESOLVED' | 'POSTMORTEM';
}

/** Somebody has a new notification. */
export interface NotificationCreated {
  readonly notificationId: string;
  /** The person it is for. */
  readonly userId: string;
  readonly kind: 'BOOKING_CONFIRMED' | 'PAYMENT_SUCCEEDED' | 'INCIDENT_RAISED' | 'WEBHOOK_DISABLED' | 'TICKET_ANSWERED' | 'BOOKING_REMINDER' | 'WAITLIST_OFFERED';
}

/** Signals of the tenant were recorded that detection has not looked at; however many, it is said once. */
export interface DetectionRequested {
  /** ISO 8601 instant of the first of them. */
  readonly since: string;
}

/** A flag is decided otherwise than before; said inside the company it concerns, or the platform. */
export interface FlagChanged {
  readonly key: string;
  /** What was changed of it, such as `VALUE`, `OVERRIDE` or `KILL_SWITCH`. */
  readonly kind: string;
  /** That part before and after, as JSON. */
  readonly before: unknown;
  readonly after: unknown;
  readonly reason: string;
  /** UUID of the second person, where one was needed. */
  readonly approvedBy: string | null;
}

/** A part of the audit trail was taken out of the platform. */
export interface AuditExported {
  readonly format: 'CSV' | 'OCSF' | 'PROOF';
  readonly entries: number;
  /** Whose entries alone, where that was asked for; a UUID. */
  readonly tenantId: string | null;
}

/** An address of the company's that is told of events is another, or no more. */
export interface WebhookChanged {
  readonly webhookId: string;
  /** DISABLED: by the platform, because nothing but failures came of it. */
  readonly change: 'REGISTERED' | 'CHANGED' | 'SECRET_ROTATED' | 'DISABLED' | 'REMOVED';
}

/** Nobody has taken an incident on in time, or what had muted it is over: somebody is called. */
export interface IncidentEscalated {
  readonly incidentId: string;
  /** 1 for the first call after the incident; 0 when it was muted until now. */
  readonly level: number;
  /** UUID of the person on call, a member of the company or of platform staff; null where nobody is named. */
  readonly calledId: string | null;
}

/** Something was done about an incident, or undone. */
export interface IncidentActionChanged {
  readonly incidentId: string;
  readonly actionId: string;
  readonly kind: string;
  readonly change: 'APPLIED' | 'ROLLED_BACK';
  /** Flags of the company before and after; null for none of its own. */
  readonly before: unknown;
  readonly after: unknown;
  readonly reason: string;
  /** What was asked for and not done, and why; absent where all was. */
  readonly blocked?: readonly { readonly key: string; readonly reason: string; readonly policyIds: readonly string[] }[];
}

/** Everybody of the company has to sign in again. */
export interface ForcedLogoutRequested {
  readonly incidentId: string;
}

/** A support ticket was opened, or something was said about it or done to it. */
export interface TicketChanged {
  readonly ticketId: string;
  readonly status: 'OPEN' | 'IN_PROGRESS' | 'WAITING_FOR_CUSTOMER' | 'RESOLVED' | 'CLOSED';
  readonly priority: 'LOW' | 'MEDIUM' | 'HIGH' | 'URGENT';
}

/** A company's own words of a mail are others, or no more. */
export interface MailWordingChanged {
  /** Such as `PASSWORD_RESET`. */
  readonly template: string;
  /** BCP 47. */
  readonly locale: string;
  readonly change: 'SET' | 'RESET';
}

/** How much of something is an incident at a company, or on the platform itself, is another figure. */
export interface AlertThresholdChanged {
  /** Such as `failed_logins_5m`. */
  readonly metric: string;
  /** Null for what is shipped, as the next. */
  readonly before: number | null;
  readonly after: number | null;
}

export interface OpsEvents extends PersonalDataAnswers<'ops'> {
  'ops.mail_requested': MailRequested;
  'ops.mail_wording_changed': MailWordingChanged;
  'ops.ticket_changed': TicketChanged;
  'ops.incident_escalated': IncidentEscalated;
  'ops.incident_action_changed': IncidentActionChanged;
  'ops.forced_logout_requested': ForcedLogoutRequested;
  'ops.alert_threshold_changed': AlertThresholdChanged;
  'ops.audit_exported': AuditExported;
  'ops.flag_changed': FlagChanged;
  'ops.incident_raised': IncidentRaised;
  'ops.incident_changed': IncidentChanged;
  'ops.webhook_changed': WebhookChanged;
  'ops.notification_created': NotificationCreated;
  'ops.detection_requested': DetectionRequested;
}
