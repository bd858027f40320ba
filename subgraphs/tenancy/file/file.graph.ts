import { ConflictError, ForbiddenError, NotFoundError, RateLimitedError, UnauthenticatedError, ValidationError } from '../../_kernel/errors/domain-error.js';
import { builder } from '../builder.js';
import { StoredFileId } from '../ids.js';
import type { AnnouncedFile } from './file.service.js';
import type { FilePurpose } from './file.js';
import type { FileRow } from './file.store.js';

const FilePurposeEnum = builder.enumType('FilePurpose', {
  description: 'What a file is for, which says what it may be.',
  values: {
    DOCUMENT: { description: 'Proof of something: a PDF or a picture, of at most 25 MB.' },
    IMAGE: { description: 'A picture, of at most 10 MB.' },
    ATTACHMENT: { description: 'Goes along with something else: a PDF, a picture, a text or an office file, of at most 50 MB.' },
  } satisfies Record<FilePurpose, { description: string }>,
});

const FileStatusEnum = builder.enumType('FileStatus', {
  description: 'Whether a file can be read.',
  values: {
    AWAITED: { description: 'It is announced; its bytes have not been looked at.' },
    READY: { description: 'It can be read.' },
    REFUSED: { description: 'Its bytes were not what was announced, or harmful.' },
    DELETED: { description: 'It is no more.' },
  } satisfies Record<FileRow['status'], { description: string }>,
});

const StoredFileRef = builder.objectRef<FileRow>('StoredFile').implement({
  description: 'A file of your company.',
  fields: (t) => ({
    id: t.id({ description: 'Global id.', resolve: ({ id }) => StoredFileId.encode(id) }),
    purpose: t.expose('purpose', { type: FilePurposeEnum, description: 'What it is for.' }),
    name: t.exposeString('name', { description: 'What it is called.' }),
    contentType: t.exposeString('contentType', { description: 'Its media type.' }),
    size: t.exposeInt('size', { description: 'How many bytes it has.' }),
    status: t.expose('status', { type: FileStatusEnum, description: 'Whether it can be read.' }),
    reason: t.exposeString('reason', { nullable: true, description: 'Why it was refused.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was announced.' }),
    url: t.string({
      nullable: true,
      description: 'Shows it to whoever has it, for five minutes; null until it is ready.',
      resolve: (file, _args, { services }) => services.files.linkTo(file),
    }),
  }),
});

interface HeaderPair {
  readonly name: string;
  readonly value: string;
}

const UploadHeaderRef = builder.objectRef<HeaderPair>('UploadHeader').implement({
  description: 'A header that an upload needs.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name.' }),
    value: t.exposeString('value', { description: 'Its value.' }),
  }),
});

const AnnouncedFileRef = builder.objectRef<AnnouncedFile>('AnnouncedFile').implement({
  description: 'A file whose bytes are awaited, and where they go.',
  fields: (t) => ({
    file: t.field({ type: StoredFileRef, description: 'The file.', resolve: ({ file }) => file }),
    method: t.string({ description: 'By which the bytes are sent: `PUT`.', resolve: ({ upload }) => upload.method }),
    url: t.string({ description: 'Where they are sent.', resolve: ({ upload }) => upload.url }),
    headers: t.field({
      type: [UploadHeaderRef],
      description: 'With which headers, as they are.',
      resolve: ({ upload }) => Object.entries(upload.headers).map(([name, value]) => ({ name, value })),
    }),
    expiresAt: t.field({ type: 'DateTime', description: 'Until when.', resolve: ({ upload }) => upload.expiresAt }),
  }),
});

const CreateUploadInput = builder.inputType('CreateUploadInput', {
  description: 'A file that is to be uploaded.',
  fields: (t) => ({
    purpose: t.field({ type: FilePurposeEnum, description: 'What it is for.' }),
    name: t.string({ description: 'What it is called.' }),
    contentType: t.string({ description: 'Its media type.' }),
    size: t.int({ description: 'How many bytes it has.' }),
  }),
});

builder.queryFields((t) => ({
  storedFile: t.field({
    type: StoredFileRef,
    nullable: true,
    authenticated: true,
    description: 'A file; null when it is not there or not yours to see.',
    args: { id: t.arg.id({ description: 'Global id.' }) },
    resolve: (_root, args, { request, services }) => {
      const id = StoredFileId.decode(args.id);
      return id === null ? null : services.files.find(request, id);
    },
  }),
  storedFiles: t.connection(
    {
      type: StoredFileRef,
      nullable: true,
      authenticated: true,
      description: 'Files, newest first: your own, and everybody’s if you may see them.',
      resolve: (_root, page, { request, services }) => services.files.list(request, page),
    },
    { name: 'StoredFileConnection', description: 'A page of files.' },
    { name: 'StoredFileEdge', description: 'A file in a page.' },
  ),
}));

builder.mutationFields((t) => ({
  createUpload: t.field({
    type: AnnouncedFileRef,
    nullable: true,
    requiresScopes: [['files:create']],
    errors: { types: [ValidationError, RateLimitedError, UnauthenticatedError, ForbiddenError] },
    description: 'Announces a file. Its bytes are sent to the address that is answered.',
    args: { input: t.arg({ type: CreateUploadInput, description: 'The file.' }) },
    resolve: (_root, { input }, { request, services }) => services.files.announce(request, input),
  }),
  completeUpload: t.field({
    type: StoredFileRef,
    nullable: true,
    authenticated: true,
    errors: { types: [NotFoundError, ConflictError] },
    description: 'Has what was uploaded looked at: the file is ready then, or refused.',
    args: { id: t.arg.id({ description: 'Global id of the file.' }) },
    resolve: (_root, args, { request, services }) => services.files.complete(request, StoredFileId.require(args.id)),
  }),
  deleteFile: t.field({
    type: StoredFileRef,
    nullable: true,
    authenticated: true,
    errors: { types: [NotFoundError, ConflictError, ForbiddenError] },
    description: 'Does away with a file of yours, or with any if you may.',
    args: { id: t.arg.id({ description: 'Global id of the file.' }) },
    resolve: (_root, args, { request, services }) => services.files.remove(request, StoredFileId.require(args.id)),
  }),
}));
