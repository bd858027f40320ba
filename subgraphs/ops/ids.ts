import { defineId } from '../_kernel/graphql/global-id.js';

export const IncidentId = defineId('Incident', 'inc');
export const NotificationId = defineId('Notification', 'ntf');
export const MailId = defineId('Mail', 'eml');
export const AuditEntryId = defineId('AuditEntry', 'aud');
