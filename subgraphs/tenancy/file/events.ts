/** What every event of a file says of it. */
export interface FileFacts {
  readonly fileId: string;
  readonly purpose: 'DOCUMENT' | 'IMAGE' | 'ATTACHMENT';
  readonly contentType: string;
  /** In bytes. */
  readonly size: number;
  /** User, or what else uploaded it. */
  readonly uploadedBy: string | null;
}

/** Its bytes are there, are what was announced, and nothing harmful was found in them. */
export type FileReady = FileFacts;

export interface FileRefused extends FileFacts {
  readonly reason: string;
}

export interface FileEvents {
  'tenancy.file_ready': FileReady;
  'tenancy.file_refused': FileRefused;
  'tenancy.file_deleted': FileFacts;
}
