import { defineId } from '../_kernel/graphql/global-id.js';

export const UserId = defineId('User', 'usr');
export const MembershipId = defineId('Membership', 'mbr');
export const SessionId = defineId('Session', 'ses');
export const AdminUserId = defineId('AdminUser', 'adm');
export const ClientApplicationId = defineId('ClientApplication', 'cla');
export const ServiceAccountId = defineId('ServiceAccount', 'sva');
export const TrustedDeviceId = defineId('TrustedDevice', 'dev');
export const InvitationId = defineId('Invitation', 'inv');
export const ConsentId = defineId('Consent', 'cns');
export const RoleId = defineId('Role', 'rol');
export const PolicyId = defineId('Policy', 'pol');
export const ApiKeyId = defineId('ApiKey', 'key');
