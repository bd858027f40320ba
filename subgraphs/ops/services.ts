import type { AuditService } from './audit/audit.service.js';
import type { AuthLogService } from './auth-log/auth-log.service.js';
import type { DetectionService } from './detection/detection.service.js';
import type { HealthService } from './health/health.service.js';
import type { IncidentLiveService } from './incident/incident-live.service.js';
import type { IncidentService } from './incident/incident.service.js';
import type { SpineResponseService } from './incident/spine-response.service.js';
import type { MailService } from './mail/mail.service.js';
import type { NotificationService } from './notification/notification.service.js';

/** What operations' resolvers can call. */
export interface OpsServices {
  readonly audit: AuditService;
  readonly authLog: AuthLogService;
  readonly detection: DetectionService;
  readonly incidents: IncidentService;
  readonly incidentLive: IncidentLiveService;
  readonly spineResponse: SpineResponseService;
  readonly mails: MailService;
  readonly notifications: NotificationService;
  readonly health: HealthService;
}
