/** Where the gateway reports who was at work: a POST of `MemberActivity[]` as JSON. Served to the platform itself only. */
export const MEMBER_ACTIVITY_PATH = '/internal/member-activity';

/** When a member last called with a token of hers. */
export interface MemberActivity {
  readonly tenantId: string;
  readonly userId: string;
  /** ISO 8601 instant. */
  readonly lastActiveAt: string;
}
