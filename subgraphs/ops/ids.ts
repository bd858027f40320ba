import { defineId } from '../_kernel/graphql/global-id.js';

export const IncidentId = defineId('Incident', 'inc');
export const NotificationId = defineId('Notification', 'ntf');
export const JobId = defineId('Job', 'job');
export const WebhookId = defineId('Webhook', 'whk');
export const WebhookDeliveryId = defineId('WebhookDelivery', 'whd');
export const NotificationLogId = defineId('NotificationLog', 'nlg');
export const PushSubscriptionId = defineId('PushSubscription', 'psb');
export const AlertChannelId = defineId('AlertChannel', 'alc');
export const SupportTicketId = defineId('SupportTicket', 'tkt');
export const TicketMessageId = defineId('TicketMessage', 'tkm');
export const MailId = defineId('Mail', 'eml');
export const AuditEntryId = defineId('AuditEntry', 'aud');
export const IncidentActionId = defineId('IncidentAction', 'ina');
export const IncidentSilenceId = defineId('IncidentSilence', 'sil');
export const FlagChangeId = defineId('FlagChange', 'fch');
export const FlagProposalId = defineId('FlagProposal', 'fpr');
