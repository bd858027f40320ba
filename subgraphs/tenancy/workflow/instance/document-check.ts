import type { FieldIssue } from '../../../_kernel/errors/domain-error.js';
import type { TenantDb } from '../../../_kernel/tenancy/tenant-database.js';
import type { WorkflowStep } from '../definition/definition.js';

/** Looks whether documents that somebody submits are there. */
export interface DocumentCheck {
  /** What is wrong with the files named in what a DOCUMENT step is given; empty for every other step. */
  problemsOf(db: TenantDb, step: WorkflowStep, data: Readonly<Record<string, unknown>>): Promise<readonly FieldIssue[]>;
}

/** @param isReady whether there is a file of that global id which can be read */
export function createDocumentCheck(isReady: (db: TenantDb, fileId: string) => Promise<boolean>): DocumentCheck {
  return {
    async problemsOf(db, step, data) {
      if (step.type !== 'DOCUMENT') return [];
      const issues: FieldIssue[] = [];
      for (const [kind, fileId] of Object.entries(data)) {
        // What is no text at all, the step's own schema refuses.
        if (typeof fileId !== 'string' || (await isReady(db, fileId))) continue;
        issues.push({ field: `data.${kind}`, message: 'is no file that was uploaded completely' });
      }
      return issues;
    },
  };
}
