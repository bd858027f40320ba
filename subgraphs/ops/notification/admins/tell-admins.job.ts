import { DEFAULT_ACCENT } from '../../../_kernel/branding/colour.js';
import { handleJob, PATIENT, type JobHandler } from '../../../_kernel/jobs/job.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { TenantDatabase } from '../../../_kernel/tenancy/tenant-database.js';
import { findIncidentsByIds, type IncidentRow } from '../../incident/incident.store.js';
import type { OpsJobs } from '../../jobs.js';
import { MailRefusedError, type MailTransport } from '../../mail/mail-transport.js';
import { withoutAddresses } from '../../mail/mail.js';
import { renderMail } from '../../mail/templates/render.js';
import { shippedWording } from '../../mail/templates/shipped.js';
import { DeliveryRefusedError } from '../channels/channel.js';
import type { TeamSender } from '../channels/team.js';
import { alertText, type AdminAlerts } from './admin-alerts.js';

/** Tells those who run the platform of one incident. */
export function tellAdmins(parts: {
  readonly tenants: TenantDatabase;
  /** Undefined where nobody is told: then what was asked for before is done. */
  readonly alerts: AdminAlerts | undefined;
  /** What the platform is called, which every subject begins with. */
  readonly appName: string;
  readonly transport: Pick<MailTransport, 'send'>;
  readonly slack: TeamSender;
}): JobHandler {
  const { tenants, alerts, appName, transport, slack } = parts;

  const tell = async ({ tenant, logger }: RequestContext, jobId: string, incident: IncidentRow, signal: AbortSignal): Promise<void> => {
    if (!alerts) return;
    const { title, body } = alertText(incident, tenant);
    switch (alerts.mode) {
      case 'webhook':
        return slack.send('SLACK', alerts.url, { id: jobId, title, body, senderName: appName, subjectId: incident.id, signal });
      case 'email': {
        const values = { displayName: 'administrator', title, body };
        const mail = renderMail({ template: 'NOTICE', values }, { name: appName, accentColor: DEFAULT_ACCENT }, shippedWording('NOTICE', 'en'));
        await transport.send({ ...mail, id: jobId, to: alerts.address, fromName: appName });
        return;
      }
      case 'log':
        logger.warn({ incidentId: incident.id, type: incident.type, severity: incident.severity, body }, `${appName}: ${title}`);
    }
  };

  return handleJob<OpsJobs>()('ops.tell_admins', {
    retry: PATIENT,
    async run(context, { id, payload: { incidentId } }, signal) {
      const [incident] = await findIncidentsByIds(tenants.of(context), [incidentId]);
      if (!incident) return { is: 'DONE' };
      try {
        await tell(context, id, incident, signal);
        return { is: 'DONE' };
      } catch (error) {
        if (!(error instanceof DeliveryRefusedError) && !(error instanceof MailRefusedError)) throw error;
        return { is: 'FAILED', failure: withoutAddresses(error.message), final: error.final };
      }
    },
  });
}
