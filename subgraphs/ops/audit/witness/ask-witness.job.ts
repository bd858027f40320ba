import { handleJob, PATIENT, type JobHandler, type JobOutcome } from '../../../_kernel/jobs/job.js';
import type { JobQueue } from '../../../_kernel/jobs/job-queue.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { PlatformDatabase, PlatformDb } from '../../../_kernel/tenancy/tenant-database.js';
import { PLATFORM_TENANT } from '../../../_kernel/wire/tenant.js';
import type { OpsJobs } from '../../jobs.js';
import { CallFailedError, type Outgoing, type OutgoingAnswer } from '../../outgoing/outgoing.js';
import { findCheckpoint, hashesOfRanges, type CheckpointRow } from '../log/audit-log.store.js';
import { consistencyPath } from '../log/merkle-tree.js';
import { addCheckpointBody, cosignatureIn, sizeIn, type AskedWitness } from './asked-witness.js';
import { findCosignedSize, insertCosignature } from './cosignature.store.js';

/** How long a witness may take, in milliseconds. */
const ANSWER_WITHIN_MS = 10_000;
/** In bytes; a co-signature is a line of some 200. */
const LONGEST_ANSWER = 4_096;

/** A request that is itself at fault fares no better when it is made again. */
const FINAL_ANSWERS: ReadonlySet<number> = new Set([400, 422]);

/** Asks for every witness to be shown a head, in the transaction that keeps it. */
export const showHeadTo =
  (witnesses: readonly AskedWitness[], queue: JobQueue<OpsJobs>) =>
  async (db: PlatformDb, context: RequestContext, { tenantId, size }: { readonly tenantId: string; readonly size: number }): Promise<void> => {
    for (const { verifier } of witnesses) {
      const key = `${tenantId}:${size}:${verifier.name}`;
      await queue.enqueue(db, { ...context, tenant: PLATFORM_TENANT }, 'ops.ask_witness', { tenantId, size, witness: verifier.name }, { key });
    }
  };

const failed = (failure: string, final = false): JobOutcome => ({ is: 'FAILED', failure, final });
const DONE: JobOutcome = { is: 'DONE' };

/**
 * Shows a witness a head of a log, with the proof that it continues what the witness has seen, and keeps its
 * co-signature once that is checked.
 */
export function askWitness(parts: {
  readonly platform: PlatformDatabase;
  readonly witnesses: readonly AskedWitness[];
  readonly outgoing: Pick<Outgoing, 'post'>;
  readonly answerWithinMs?: number | undefined;
}): JobHandler {
  const { platform, witnesses, outgoing, answerWithinMs = ANSWER_WITHIN_MS } = parts;
  const { db } = platform;

  const ask = async ({ url }: AskedWitness, head: CheckpointRow, oldSize: number, signal: AbortSignal): Promise<OutgoingAnswer> => {
    const proof = await hashesOfRanges(db, head.tenantId, consistencyPath(oldSize, Number(head.size)));
    return outgoing.post({
      url,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: addCheckpointBody(oldSize, proof, head.note),
      timeoutMs: answerWithinMs,
      longestAnswer: LONGEST_ANSWER,
      signal,
    });
  };

  /** From what is known here; and once more from where the witness says it is, when that is not the same. */
  const askUntilAgreed = async (witness: AskedWitness, head: CheckpointRow, oldSize: number, signal: AbortSignal) => {
    const answer = await ask(witness, head, oldSize, signal);
    const told = answer.status === 409 ? sizeIn(answer.text) : null;
    if (told === null || told === oldSize) return { answer, seen: null };
    if (told > Number(head.size)) return { answer, seen: told };
    return { answer: await ask(witness, head, told, signal), seen: null };
  };

  const outcomeOf = async (context: RequestContext, witness: AskedWitness, head: CheckpointRow, answer: OutgoingAnswer): Promise<JobOutcome> => {
    const { verifier } = witness;
    if (answer.status !== 200) return failed(`The witness answered ${answer.status}`, FINAL_ANSWERS.has(answer.status));
    const line = cosignatureIn(answer.text, head.note, verifier);
    if (line === null) return failed('The witness answered with something else than its signature of this head');
    const { tenantId, size } = head;
    await insertCosignature(db, { tenantId, size, witness: verifier.name, line, receivedAt: context.clock.now() });
    return DONE;
  };

  return handleJob<OpsJobs>()('ops.ask_witness', {
    retry: PATIENT,
    async run(context, { payload: { tenantId, size, witness: name } }, signal) {
      const witness = witnesses.find(({ verifier }) => verifier.name === name);
      // Taken out of the configuration since.
      if (!witness) return DONE;
      const head = await findCheckpoint(db, tenantId, size);
      if (!head) return failed('There is no such head', true);
      const cosigned = await findCosignedSize(db, { tenantId, witness: name });
      // What it co-signed later vouches for this one, too, and nothing smaller is taken from us any more.
      if (cosigned >= size) return DONE;
      try {
        const { answer, seen } = await askUntilAgreed(witness, head, cosigned, signal);
        if (seen === null) return await outcomeOf(context, witness, head, answer);
        const newest = await findCheckpoint(db, tenantId);
        if (seen <= Number(newest?.size ?? 0n)) return DONE;
        context.logger.error({ tenantId, witness: name, seen }, 'a witness has seen more of an audit log than there is');
        return failed('The witness has seen a head of this log that is not ours', true);
      } catch (error) {
        if (error instanceof CallFailedError) return failed(error.message, error.final);
        throw error;
      }
    },
  });
}
