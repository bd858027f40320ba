/** What every event of a run says of it. */
export interface WorkflowFacts {
  readonly runId: string;
  /** Key of its definition. */
  readonly workflow: string;
  readonly entityType: string;
  /** Global id of what it is about. */
  readonly entityId: string;
  /** How many automations stand behind it, one having caused the next. */
  readonly depth: number;
}

export interface WorkflowPublished {
  readonly workflow: string;
  readonly version: number;
}

/** Something happened in a run: what, in which order, and where it stands now. */
export interface WorkflowChanged extends WorkflowFacts {
  readonly kinds: readonly string[];
  readonly step: string;
  readonly status: 'RUNNING' | 'ENDED' | 'CANCELLED';
  readonly outcome: string | null;
  readonly revision: number;
  /** Whose task it is now: hers, or everybody's with one of the roles; nobody's when it is no task. */
  readonly assigneeId: string | null;
  readonly roles: readonly string[];
}

export interface WorkflowEnded extends WorkflowFacts {
  readonly outcome: string;
}

/** A run has come to a step in which the platform has something to do. */
export interface WorkflowEffectDue {
  readonly runId: string;
  readonly visit: number;
}

/** Somebody wrote about a run; the words stay there. */
export interface WorkflowCommented extends WorkflowFacts {
  readonly commentId: string;
  readonly authorId: string;
  readonly mentions: readonly string[];
}

/** A workflow has decided of what it is about. */
export interface EntityDecided extends WorkflowFacts {
  readonly decision: 'APPROVED' | 'REJECTED';
}

/** A workflow, or a rule, gives a member a role beside those she has. */
export interface RoleGrantRequested {
  /** User. */
  readonly userId: string;
  readonly role: string;
  /** What asks for it: a run's or a rule's id. */
  readonly because: string;
}

export interface AutomationRuleChanged {
  readonly ruleId: string;
  readonly event: string;
  readonly change: 'CREATED' | 'UPDATED' | 'ENABLED' | 'DISABLED';
}

export interface WorkflowEvents {
  'tenancy.workflow_published': WorkflowPublished;
  'tenancy.workflow_started': WorkflowFacts;
  'tenancy.workflow_changed': WorkflowChanged;
  'tenancy.workflow_ended': WorkflowEnded;
  'tenancy.workflow_effect_due': WorkflowEffectDue;
  'tenancy.workflow_commented': WorkflowCommented;
  'tenancy.entity_decided': EntityDecided;
  'tenancy.role_grant_requested': RoleGrantRequested;
  'tenancy.automation_rule_changed': AutomationRuleChanged;
}
