import type { MedicalNote } from '../../../prisma/generated/client.js';
import type { TenantDb } from '../../_kernel/tenancy/tenant-database.js';

export type MedicalNoteRow = MedicalNote;

export async function insertMedicalNote(db: TenantDb, note: Omit<MedicalNoteRow, 'tenantId'>): Promise<void> {
  await db.medicalNote.createMany({ data: [note] });
}

/** The latest ones, newest first. */
export const findMedicalNotes = (db: TenantDb, clientId: string, limit: number): Promise<MedicalNoteRow[]> =>
  db.medicalNote.findMany({ where: { clientId }, orderBy: [{ createdAt: 'desc' }, { id: 'desc' }], take: limit });
