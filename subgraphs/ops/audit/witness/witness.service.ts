import { ConflictError, ValidationError } from '../../../_kernel/errors/domain-error.js';
import { requireFreshProof, requirePermission } from '../../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../../_kernel/request/request-context.js';
import type { Database } from '../../../_kernel/tenancy/tenant-database.js';
import { cosign, logVerifier, parseVerifier, verifierText, witnessVerifier } from '../log/signed-note.js';
import type { AuditKeys } from '../log/signing-key.js';
import { parseAddCheckpoint, refusalOf, type WitnessRefusal } from './witness.js';
import {
  findWitnessedLogs,
  insertWitnessedLog,
  keepWitnessed,
  lockWitnessedLog,
  type WitnessedLogRow,
} from './witness.store.js';

/** How a request to co-sign ended. */
export type WitnessAnswer =
  | { readonly status: 200; readonly cosignature: string }
  /** `size` is what was co-signed last. */
  | { readonly status: 409; readonly size: number }
  | { readonly status: Exclude<WitnessRefusal, 409> | 404 };

export interface Witness {
  readonly verifierKey: string;
  readonly logs: readonly WitnessedLogRow[];
}

/** Co-signs the heads of logs that it knows, each only when it agrees with those before. */
export interface WitnessService {
  /** @param body as C2SP tlog-witness writes it */
  addCheckpoint(context: RequestContext, body: string): Promise<WitnessAnswer>;
  /** @throws {ForbiddenError} without `platform:audit:read` */
  describe(context: RequestContext): Promise<Witness>;
  /**
   * Begins to witness a log.
   * @param verifierKey as the log publishes it
   * @throws {ForbiddenError} without `platform:incidents:manage`; {StepUpRequiredError}; {ValidationError};
   *   {ConflictError} when the log is witnessed under another key
   */
  watch(context: RequestContext, verifierKey: string): Promise<WitnessedLogRow>;
}

export function createWitnessService(parts: {
  readonly database: Database;
  readonly keys: AuditKeys;
  /** Name of the installation, in the witness's own. */
  readonly logName: string;
}): WitnessService {
  const { database, keys } = parts;
  const { platform } = database;
  const name = `${parts.logName}/witness`;

  return {
    async addCheckpoint(context, body) {
      const asked = parseAddCheckpoint(body);
      if (!asked) return { status: 400 };
      const { head, note } = asked;
      const key = await keys.signing(context);
      return platform.transaction<WitnessAnswer>(async (db) => {
        const log = await lockWitnessedLog(db, head.origin);
        const verifier = log && parseVerifier(log.verifierKey);
        if (!log || !verifier) return { status: 404 };
        const last = { size: Number(log.size), root: log.root && Buffer.from(log.root) };
        const refused = refusalOf(asked, verifier, last);
        if (refused === 409) return { status: 409, size: last.size };
        if (refused !== null) return { status: refused };
        const at = context.clock.now();
        // Kept before it is told: what was co-signed once is never forgotten.
        await keepWitnessed(db, head.origin, { size: head.size, root: head.root, at });
        return { status: 200, cosignature: cosign(note.text, name, key, at) };
      });
    },

    async describe(context) {
      requirePermission(context, 'platform:audit:read');
      const { publicKey } = await keys.signing(context);
      return { verifierKey: verifierText(witnessVerifier(name, publicKey)), logs: await findWitnessedLogs(platform.db) };
    },

    async watch(context, text) {
      requirePermission(context, 'platform:incidents:manage');
      requireFreshProof(context);
      const verifier = parseVerifier(text);
      const isLog = verifier && verifierText(verifier) === verifierText(logVerifier(verifier.name, verifier.publicKey));
      if (!verifier || !isLog) throw ValidationError.of('input.verifierKey', 'is not the verifier key of a log');
      const row = { origin: verifier.name, verifierKey: verifierText(verifier), updatedAt: context.clock.now() };
      const kept = await insertWitnessedLog(platform.db, row);
      if (kept?.verifierKey !== row.verifierKey) throw new ConflictError('This log is witnessed under another key');
      return kept;
    },
  };
}
