import { defineId } from '../_kernel/graphql/global-id.js';

export const TenantId = defineId('Tenant', 'tnt');
export const TenantDomainId = defineId('TenantDomain', 'dom');
export const WorkflowRunId = defineId('WorkflowRun', 'wfr');
export const WorkflowCommentId = defineId('WorkflowComment', 'wfc');
export const AutomationRuleId = defineId('AutomationRule', 'aur');
export const StoredFileId = defineId('StoredFile', 'fil');
