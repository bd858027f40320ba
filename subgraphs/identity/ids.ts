import { defineId } from '../_kernel/graphql/global-id.js';

export const UserId = defineId('User', 'usr');
export const MembershipId = defineId('Membership', 'mbr');
export const SessionId = defineId('Session', 'ses');
export const AdminUserId = defineId('AdminUser', 'adm');
export const ServiceAccountId = defineId('ServiceAccount', 'sva');
