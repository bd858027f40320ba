/** Every column of a table. */
export const ALL = 'ALL';

/**
 * Columns of text that say nothing of a person, by table: each was looked at. A new column stands here or in what a
 * subgraph holds of people; a test fails until it does.
 */
export const IMPERSONAL: Readonly<Record<string, typeof ALL | readonly string[]>> = {
  // Facts, figures and codes.
  'analytics.revenue_fact': ALL,
  'commerce.commission_rule': ALL,
  'commerce.journal_entry': ALL,
  'commerce.ledger_account': ALL,
  'commerce.stripe_event': ALL,
  'kernel.usage_counter': ALL,
  'tenancy.usage_bucket': ALL,

  // What a company offers, and how it shows itself and those who work for it to the public.
  'booking.calendar_exception': ALL,
  'booking.listing_term': ALL,
  'booking.listing_term_trigram': ALL,
  'booking.listing_word': ALL,
  'booking.location': ALL,
  'booking.provider_qualification': ALL,
  'booking.resource': ALL,
  'booking.service': ALL,
  'booking.service_qualification': ALL,
  'booking.service_requirement': ALL,
  'booking.service_step': ALL,
  'identity.page_brand': ALL,
  'ops.mail_brand': ALL,
  'ops.mail_wording': ALL,
  'tenancy.branding': ALL,
  'tenancy.onboarding_answer': ALL,
  'tenancy.tenant': ALL,
  'tenancy.tenant_domain': ALL,
  'tenancy.tenant_settings': ALL,

  // How a company and its programs are set up.
  'booking.reminder_rule': ALL,
  'identity.api_key': ALL,
  'identity.client_application': ALL,
  'identity.client_version': ALL,
  'identity.identity_provider': ALL,
  'identity.oidc_client': ALL,
  'identity.policy': ALL,
  'identity.registered_operation': ALL,
  'identity.role': ALL,
  'identity.role_family': ALL,
  'identity.scim_group': ALL,
  'identity.scim_token': ALL,
  'identity.service_account': ALL,
  'identity.verified_email_domain': ALL,
  'kernel.policy_set': ALL,
  'ops.alert_channel': ALL,
  'ops.webhook': ALL,
  'ops.webhook_secret': ALL,
  'tenancy.automation_rule': ALL,
  'tenancy.automation_run': ALL,
  'tenancy.config_entry': ALL,
  'tenancy.data_key': ALL,
  'tenancy.integration': ALL,
  'tenancy.workflow_version': ALL,

  // Hashes and sealed words that end within days, or with the session they belong to.
  'identity.browser_session': ALL,
  'identity.refresh_token': ALL,
  'identity.sso_attempt': ALL,
  'identity.saml_session': ALL,
  'identity.saml_logout': ALL,
  'identity.personal_data_request': ALL,
  'identity.personal_data_answer': ALL,
  // Goes with the account.
  'identity.password_credential': ALL,
  'identity.recovery_code': ALL,
  'identity.totp_credential': ALL,

  // Staff of the platform and its own machinery; what companies' people did stands in tables named elsewhere.
  'identity.admin_user': ALL,
  'identity.signing_key': ALL,
  'kernel.consumer_offset': ALL,
  'kernel.error_group': ALL,
  'kernel.flag': ALL,
  'kernel.inbox_entry': ALL,
  'kernel.rate_limit': ALL,
  'kernel.slow_operation': ALL,
  'ops.alarm': ALL,
  'ops.alert_threshold': ALL,
  'ops.audit_archive': ALL,
  'ops.audit_checkpoint': ALL,
  'ops.audit_cosignature': ALL,
  'ops.audit_signing_key': ALL,
  'ops.component_state': ALL,
  'ops.flag_change': ALL,
  'ops.flag_proposal': ALL,
  'ops.incident': ALL,
  'ops.incident_action': ALL,
  'ops.incident_change': ALL,
  'ops.incident_group': ALL,
  'ops.incident_silence': ALL,
  'ops.tenant_watch': ALL,
  'ops.witnessed_log': ALL,

  // Ids that name nobody once she is erased, and words of programs about events.
  'kernel.access_decision': ALL,
  'kernel.dead_letter': ALL,
  'kernel.idempotency_record': ALL,
  // Scrubbed when an erasure is finished, which the test of the log shows.
  'kernel.job': ALL,
  'kernel.outbox_event': ALL,
  // Ids in the words of the graph, and what a company's own server answered.
  'ops.webhook_attempt': ALL,
  'ops.webhook_message': ALL,

  // What stays of rows that are blanked: references, states, ids and the wording that was shown.
  // By what the calendar elsewhere calls its entries; they go with the connection to it.
  'booking.calendar_copy': ALL,
  'booking.calendar_watch': ALL,
  'booking.external_busy_time': ALL,
  'booking.booking': ['reference', 'time_zone'],
  'booking.booking_hold': ALL,
  'booking.meeting': ALL,
  'booking.reminder': ALL,
  'booking.booking_status_change': ['actor_id'],
  // Words of the name and the biography, made anew when they change.
  'booking.provider': ['time_zone', 'search'],
  'commerce.bill': ['description'],
  'commerce.payment': ['payment_method_id', 'provider_ref', 'checkout_ref', 'decline_code', 'tenant'],
  'identity.consent': ['purpose', 'text_version'],
  'marketing.loyalty_entry': ['source', 'actor_id'],
  'ops.audit_entry': ['env', 'actor_id', 'actor_kind', 'subject_id', 'surface', 'meta', 'request_id'],
  'ops.support_ticket': ['number'],
  'ops.ticket_message': ['author_kind'],
  'tenancy.stored_file': ['content_type', 'reason', 'object_key', 'uploaded_by'],
  'tenancy.workflow_comment': ['author_id'],
  'tenancy.workflow_entry': ['kind'],
  'tenancy.workflow_run': ['key', 'entity_type', 'entity_id', 'outcome', 'step', 'assignee_id', 'roles', 'starter_id'],
};

export const isImpersonal = (table: string, column: string): boolean => {
  const columns = IMPERSONAL[table];
  return columns === ALL || (columns?.includes(column) ?? false);
};
