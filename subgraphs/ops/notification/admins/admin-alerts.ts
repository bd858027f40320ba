import type { TenantIdentity } from '../../../_kernel/wire/tenant.js';
import type { IncidentRow } from '../../incident/incident.store.js';

/** How those who run the platform hear of incidents, at whichever company. */
export type AdminAlerts =
  /** In Slack's format. */
  | { readonly mode: 'webhook'; readonly url: string }
  | { readonly mode: 'email'; readonly address: string }
  /** As a line of the process's own log. */
  | { readonly mode: 'log' };

/** What they are told of one. */
export function alertText(
  { title, severity, decision, steps }: Pick<IncidentRow, 'title' | 'severity' | 'decision' | 'steps'>,
  { name }: Pick<TenantIdentity, 'name'>,
): { readonly title: string; readonly body: string } {
  const numbered = steps.map((step, index) => `${index + 1}. ${step}`);
  return { title, body: [`${severity} at ${name}. ${decision}`, ...numbered].join('\n') };
}
