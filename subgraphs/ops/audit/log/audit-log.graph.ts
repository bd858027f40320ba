import { ForbiddenError, NotFoundError, ValidationError } from '../../../_kernel/errors/domain-error.js';
import { TenantId } from '../../../tenancy/ids.js';
import { builder } from '../../builder.js';
import { AuditEntryId } from '../../ids.js';
import type { CosignatureRow } from '../witness/cosignature.store.js';
import type { CheckpointRow } from './audit-log.store.js';
import type { AuditLog, ConsistencyProof, InclusionProof } from './audit-log.service.js';
import type { Hash } from './merkle-tree.js';

const READERS: [['settings:read'], ['platform:audit:read']] = [['settings:read'], ['platform:audit:read']];

const base64 = (hash: Uint8Array): string => Buffer.from(hash).toString('base64');
const allBase64 = (hashes: readonly Hash[]): string[] => hashes.map(base64);

const CosignatureRef = builder.objectRef<CosignatureRow>('AuditCosignature').implement({
  description: "A witness's word that it has seen a signed head, and none that disagrees with it.",
  fields: (t) => ({
    witness: t.exposeString('witness', { description: 'The name of its key.' }),
    line: t.exposeString('line', { description: 'As it stands under the head: C2SP tlog-cosignature.' }),
    receivedAt: t.expose('receivedAt', { type: 'DateTime', description: 'When it came.' }),
  }),
});

const CheckpointRef = builder.objectRef<CheckpointRow>('AuditCheckpoint').implement({
  description: "A signed head of a company's audit log. Keep one, and nobody can change what was before it unnoticed.",
  fields: (t) => ({
    size: t.int({ description: 'How many entries it covers.', resolve: ({ size }) => Number(size) }),
    rootHash: t.string({ description: "The tree's root: SHA-256 by RFC 6962, in base64.", resolve: ({ root }) => base64(root) }),
    note: t.exposeString('note', { description: 'The whole of it with its signature, as C2SP tlog-checkpoint writes it.' }),
    signedAt: t.expose('signedAt', { type: 'DateTime', description: 'When it was signed.' }),
    cosignatures: t.field({
      type: [CosignatureRef],
      nullable: true,
      description: 'What witnesses have put under it; a head they saw later vouches for it, too.',
      resolve: async (head, _args, { request, services }) => [...(await services.auditLog.cosignaturesOf(request, head))],
    }),
  }),
});

const AuditLogRef = builder.objectRef<AuditLog>('AuditLog').implement({
  description: "A company's audit trail as a log that can only grow, and that others can check.",
  fields: (t) => ({
    origin: t.exposeString('origin', { description: 'Which log, as its checkpoints name it.' }),
    verifierKey: t.exposeString('verifierKey', {
      description: 'With what its checkpoints are checked: `name+hash+key` by C2SP signed-note. Get it once, and keep it.',
    }),
    checkpoint: t.expose('checkpoint', { type: CheckpointRef, description: 'The newest.' }),
  }),
});

const InclusionRef = builder.objectRef<InclusionProof>('AuditInclusionProof').implement({
  description: 'What it takes to check that an entry is in the log.',
  fields: (t) => ({
    leafIndex: t.exposeInt('leafIndex', { description: 'Its place in the log, from 0.' }),
    leaf: t.exposeString('leaf', { description: 'The text that is hashed: canonical JSON of the entry.' }),
    leafHash: t.string({ description: 'SHA-256 of a zero byte and the text, in base64.', resolve: ({ leafHash }) => base64(leafHash) }),
    clientSalt: t.string({
      description: 'For the hash `client` in the text: SHA-256 of this and canonical JSON of `ip` and `userAgent`. In base64. Good for nothing once both were forgotten.',
      resolve: ({ clientSalt }) => base64(clientSalt),
    }),
    hashes: t.stringList({
      description: 'The siblings on the way from the leaf to the root, in base64.',
      resolve: ({ path }) => allBase64(path),
    }),
    checkpoint: t.expose('checkpoint', { type: CheckpointRef, description: 'The head whose root it leads to.' }),
  }),
});

const ConsistencyRef = builder.objectRef<ConsistencyProof>('AuditConsistencyProof').implement({
  description: 'What it takes to check that nothing was changed between two heads of the log.',
  fields: (t) => ({
    from: t.expose('from', { type: CheckpointRef, description: 'The earlier head.' }),
    to: t.expose('to', { type: CheckpointRef, description: 'The later one.' }),
    hashes: t.stringList({ description: 'By RFC 6962, in base64.', resolve: ({ path }) => allBase64(path) }),
  }),
});

builder.queryFields((t) => {
  const tenantId = t.arg.id({
    required: false,
    description: "Global id of the company, for platform staff; your own when left out, the platform's own for staff.",
  });
  const uuidOf = (id: string | null | undefined) => (id == null ? null : TenantId.require(id));
  return {
    auditLog: t.field({
      type: AuditLogRef,
      nullable: true,
      requiresScopes: READERS,
      description: 'The audit trail as a log that can be checked; null when nothing of it was signed yet.',
      args: { tenantId },
      resolve: (_root, given, { request, services }) => services.auditLog.find(request, uuidOf(given.tenantId)),
    }),
    auditInclusionProof: t.field({
      type: InclusionRef,
      nullable: true,
      requiresScopes: READERS,
      errors: { types: [NotFoundError, ForbiddenError, ValidationError] },
      description: 'That an entry is in the log; an entry is in it a second or two after it was written.',
      args: {
        entryId: t.arg.id({ description: 'Global id of the entry.' }),
        treeSize: t.arg.int({ required: false, description: 'Size of the signed tree to lead to; the newest when left out.' }),
      },
      async resolve(_root, { entryId, treeSize }, { request, services }) {
        const proof = await services.auditLog.proveInclusion(request, AuditEntryId.require(entryId), treeSize ?? null);
        if (!proof) throw new NotFoundError('Audit entry');
        return proof;
      },
    }),
    auditConsistencyProof: t.field({
      type: ConsistencyRef,
      nullable: true,
      requiresScopes: READERS,
      errors: { types: [NotFoundError, ForbiddenError, ValidationError] },
      description: 'That the log has only grown from one signed head to another.',
      args: {
        tenantId,
        from: t.arg.int({ description: 'Size of the earlier head.' }),
        to: t.arg.int({ required: false, description: 'Size of the later one; the newest when left out.' }),
      },
      resolve: (_root, { from, to, ...given }, { request, services }) =>
        services.auditLog.proveConsistency(request, { tenantId: uuidOf(given.tenantId), from, to: to ?? null }),
    }),
  };
});
