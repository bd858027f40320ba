import { z } from 'zod';
import { lineSchema } from '../../_kernel/validation/text.js';

export const FILE_PURPOSES = ['DOCUMENT', 'IMAGE', 'ATTACHMENT'] as const;
export type FilePurpose = (typeof FILE_PURPOSES)[number];

const MEGABYTE = 1_000_000;

const startsWith =
  (...bytes: readonly number[]) =>
  (head: Buffer): boolean =>
    bytes.every((byte, at) => head[at] === byte);
const isZip = startsWith(0x50, 0x4b, 0x03, 0x04);
/** Text of no format that a browser or an office program would run. */
const isText = (head: Buffer): boolean => !head.includes(0) && !/^\s*(<|%!|#!)/.test(head.toString('utf8'));

/** What is taken, and how it is recognised by its first bytes. */
const CONTENT_TYPES: Readonly<Record<string, (head: Buffer) => boolean>> = {
  'application/pdf': (head) => head.subarray(0, 5).toString('latin1') === '%PDF-',
  'image/png': startsWith(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
  'image/jpeg': startsWith(0xff, 0xd8, 0xff),
  'image/webp': (head) => head.subarray(0, 4).toString('latin1') === 'RIFF' && head.subarray(8, 12).toString('latin1') === 'WEBP',
  'image/gif': (head) => /^GIF8[79]a/.test(head.subarray(0, 6).toString('latin1')),
  'text/plain': isText,
  'text/csv': isText,
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': isZip,
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': isZip,
};

const DOCUMENTS = ['application/pdf', 'image/png', 'image/jpeg'];

const LIMITS: Readonly<Record<FilePurpose, { readonly types: readonly string[]; readonly bytes: number }>> = {
  DOCUMENT: { types: DOCUMENTS, bytes: 25 * MEGABYTE },
  IMAGE: { types: ['image/png', 'image/jpeg', 'image/webp', 'image/gif'], bytes: 10 * MEGABYTE },
  ATTACHMENT: { types: Object.keys(CONTENT_TYPES), bytes: 50 * MEGABYTE },
};

/** Bytes by which a type is recognised. */
export const HEAD_BYTES = 512;

/** Whether bytes begin as those of a type do. */
export const looksLike = (contentType: string, head: Buffer): boolean => CONTENT_TYPES[contentType]?.(head) ?? false;

export const uploadSchema = z
  .strictObject({
    purpose: z.enum(FILE_PURPOSES),
    name: lineSchema(200),
    contentType: z.string(),
    size: z.int().min(1, 'must be at least 1'),
  })
  .superRefine(({ purpose, contentType, size }, context) => {
    const { types, bytes } = LIMITS[purpose];
    if (!types.includes(contentType)) context.addIssue({ code: 'custom', path: ['contentType'], message: `must be one of ${types.join(', ')}` });
    if (size > bytes) context.addIssue({ code: 'custom', path: ['size'], message: `must be at most ${bytes}` });
  });

/** Uploads that one person may have announced without their bytes having come. */
export const MOST_AWAITED = 20;
export const UPLOAD_LINK_SECONDS = 15 * 60;
export const DOWNLOAD_LINK_SECONDS = 5 * 60;
/** After this long bytes are no longer awaited. */
export const AWAITED_FOR_MS = 60 * 60_000;

export const objectKeyOf = (tenantId: string, purpose: FilePurpose, id: string): string => `${tenantId}/${purpose.toLowerCase()}/${id}`;
/** Where bytes are uploaded to. They are moved before they are looked at, out of reach of the link they came by. */
export const incomingKeyOf = (objectKey: string): string => `${objectKey}.incoming`;
