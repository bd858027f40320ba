/** Something is wrong and an incident is open for it. Ids are UUIDs. */
export interface IncidentRaised {
  readonly incidentId: string;
  /** One of the spine's types or a registered one, such as `FAILED_LOGINS_SPIKE`. */
  readonly type: string;
  readonly severity: 'LOW' | 'MEDIUM' | 'HIGH' | 'CRITICAL';
}

/** An incident's status, severity or numbers are no longer what they were. */
export interface IncidentChanged {
  readonly incidentId: string;
  readonly status: 'OPEN' | 'ACKNOWLEDGED' | 'MITIGATED' | 'RESOLVED';
}

/** Somebody has a new notification. */
export interface NotificationCreated {
  readonly notificationId: string;
  /** The person it is for. */
  readonly userId: string;
  readonly kind: 'BOOKING_CONFIRMED' | 'PAYMENT_SUCCEEDED' | 'INCIDENT_RAISED';
}

/** Signals of the tenant were recorded that detection has not looked at; however many, it is said once. */
export interface DetectionRequested {
  /** ISO 8601 instant of the first of them. */
  readonly since: string;
}

export interface OpsEvents {
  'ops.incident_raised': IncidentRaised;
  'ops.incident_changed': IncidentChanged;
  'ops.notification_created': NotificationCreated;
  'ops.detection_requested': DetectionRequested;
}
