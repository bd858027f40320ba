/** Below it calendars elsewhere tell that something has changed in them. */
export const CALENDAR_NOTICES_PATH = '/webhooks/calendars';

/** Of which company, and of which of its watches, a notice is. Nothing of this is secret: what proves a notice comes with it. */
export interface NoticeAddress {
  /** UUIDs. */
  readonly tenantId: string;
  readonly watchId: string;
}

const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const NOTICE = new RegExp(`^${CALENDAR_NOTICES_PATH}/(${UUID})/(${UUID})$`);

export const noticePathOf = ({ tenantId, watchId }: NoticeAddress): string => `${CALENDAR_NOTICES_PATH}/${tenantId}/${watchId}`;

/** @returns null for a path that is none */
export function noticeAddressIn(path: string): NoticeAddress | null {
  const [, tenantId, watchId] = NOTICE.exec(path) ?? [];
  return tenantId === undefined || watchId === undefined ? null : { tenantId, watchId };
}
