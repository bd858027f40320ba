import {
  ConflictError,
  ForbiddenError,
  StepUpRequiredError,
  ValidationError,
} from '../../../_kernel/errors/domain-error.js';
import { builder } from '../../builder.js';
import type { Witness } from './witness.service.js';
import type { WitnessedLogRow } from './witness.store.js';

const WitnessedLogRef = builder.objectRef<WitnessedLogRow>('WitnessedLog').implement({
  description: "Another operator's log whose heads are co-signed here.",
  fields: (t) => ({
    origin: t.exposeString('origin', { description: 'Which log.' }),
    verifierKey: t.exposeString('verifierKey', { description: 'With what its own signature is checked.' }),
    size: t.int({ description: 'Size of the tree that was co-signed last; 0 for none.', resolve: ({ size }) => Number(size) }),
    updatedAt: t.expose('updatedAt', { type: 'DateTime', description: 'When that was.' }),
  }),
});

const WitnessRef = builder.objectRef<Witness>('AuditWitness').implement({
  description: 'The platform as a witness of logs, by C2SP tlog-witness at `/witness/add-checkpoint`.',
  fields: (t) => ({
    verifierKey: t.exposeString('verifierKey', { description: 'With what its co-signatures are checked.' }),
    logs: t.field({ type: [WitnessedLogRef], description: 'The logs it knows.', resolve: ({ logs }) => [...logs] }),
  }),
});

const WitnessLogInput = builder.inputType('WitnessLogInput', {
  description: 'Which log to witness.',
  fields: (t) => ({ verifierKey: t.string({ description: 'Its verifier key, as it publishes it: `name+hash+key`.' }) }),
});

builder.queryField('auditWitness', (t) =>
  t.field({
    type: WitnessRef,
    nullable: true,
    requiresScopes: [['platform:audit:read']],
    description: 'The platform as a witness, for whoever checks its co-signatures.',
    resolve: (_root, _args, { request, services }) => services.witness.describe(request),
  }),
);

builder.mutationField('witnessLog', (t) =>
  t.field({
    type: WitnessedLogRef,
    nullable: true,
    requiresScopes: [['platform:incidents:manage']],
    errors: { types: [ValidationError, ConflictError, ForbiddenError, StepUpRequiredError] },
    description: "Begins to witness an operator's log: from then on its heads are co-signed, as long as it only grows.",
    args: { input: t.arg({ type: WitnessLogInput, description: 'Which log.' }) },
    resolve: (_root, { input }, { request, services }) => services.witness.watch(request, input.verifierKey),
  }),
);
