import { NotFoundError } from '../../_kernel/errors/domain-error.js';
import type { Outbox } from '../../_kernel/events/outbox.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import { requirePermission } from '../../_kernel/request/principal-checks.js';
import type { RequestContext } from '../../_kernel/request/request-context.js';
import type { SecretBox } from '../../_kernel/secrets/secret-box.js';
import type { TenantDatabase, TenantDb } from '../../_kernel/tenancy/tenant-database.js';
import { validate } from '../../_kernel/validation/validate.js';
import { actorIdOf } from '../../_kernel/wire/principal.js';
import { findClientsByIds, type ClientRow } from '../client/client.store.js';
import type { BookingEvents } from '../events.js';
import { accessReasonSchema, medicalNoteSchema, NOTES_SHOWN } from './medical-record.js';
import { findMedicalNotes, insertMedicalNote, type MedicalNoteRow } from './medical-record.store.js';

export interface MedicalNoteText {
  readonly id: string;
  readonly text: string;
  /** User, or part of the platform. */
  readonly authorId: string;
  readonly createdAt: Date;
}

export interface MedicalRecord {
  readonly client: ClientRow;
  /** The latest 500, newest first. */
  readonly notes: readonly MedicalNoteText[];
}

/** What is noted of clients' health. Every reading and writing leaves an entry in the audit trail. */
export interface MedicalRecordService {
  /**
   * @param accessReason why it is read, 5 to 500 characters
   * @throws {ForbiddenError} without `patients:read`
   * @throws {ValidationError} without a reason
   * @throws {NotFoundError} alike for a client that is unknown and one of another company
   */
  read(context: RequestContext, clientId: string, accessReason: string): Promise<MedicalRecord>;
  /**
   * Notes something. A note is never changed; a later one corrects it.
   * @throws {ForbiddenError} without `patients:update`
   * @throws {ValidationError}
   * @throws {NotFoundError}
   */
  note(context: RequestContext, clientId: string, text: string): Promise<MedicalNoteText>;
}

const purposeOf = (noteId: string): string => `medical note ${noteId}`;

export function createMedicalRecordService(parts: {
  readonly tenants: TenantDatabase;
  readonly outbox: Outbox<BookingEvents>;
  readonly secretBox: SecretBox;
}): MedicalRecordService {
  const { tenants, outbox, secretBox } = parts;

  const clientOf = async (db: TenantDb, id: string): Promise<ClientRow> => {
    const [client] = await findClientsByIds(db, [id]);
    if (!client) throw new NotFoundError('Client');
    return client;
  };

  const opened = ({ id, sealed, authorId, createdAt }: MedicalNoteRow): MedicalNoteText => ({
    id,
    text: secretBox.open(sealed, purposeOf(id)),
    authorId,
    createdAt,
  });

  return {
    async read(context, clientId, given) {
      requirePermission(context, 'patients:read');
      const { accessReason } = validate(accessReasonSchema, { accessReason: given });
      return tenants.transaction(context, async (db) => {
        const client = await clientOf(db, clientId);
        const notes = (await findMedicalNotes(db, clientId, NOTES_SHOWN)).map(opened);
        // With the reading in one transaction: what cannot be written down is not shown.
        const read = { clientId, clientUserId: client.userId, accessReason, notes: notes.length };
        await outbox.emit(db, context, 'booking.medical_record_read', read);
        return { client, notes };
      });
    },
    async note(context, clientId, given) {
      requirePermission(context, 'patients:update');
      const { text } = validate(medicalNoteSchema, { text: given });
      return tenants.transaction(context, async (db) => {
        const { userId: clientUserId } = await clientOf(db, clientId);
        const id = uuidv7();
        const authorId = actorIdOf(context.principal) ?? 'unknown';
        const createdAt = context.clock.now();
        await insertMedicalNote(db, { id, clientId, sealed: secretBox.seal(text, purposeOf(id)), authorId, createdAt });
        await outbox.emit(db, context, 'booking.medical_note_written', { clientId, clientUserId, noteId: id });
        return { id, text, authorId, createdAt };
      });
    },
  };
}
