import { z } from 'zod';
import { textSchema } from '../../_kernel/validation/text.js';

export const medicalNoteSchema = z.object({ text: textSchema(10_000) });

/** Why somebody reads what is noted of a client's health: in words, as the audit trail keeps it. */
export const accessReasonSchema = z.object({
  accessReason: textSchema(500).refine((reason) => reason.length >= 5, 'must be at least 5 characters'),
});

export const NOTES_SHOWN = 500;
