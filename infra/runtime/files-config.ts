import { z } from 'zod';

/** Where files are kept that companies upload. */
export interface FilesConfig {
  /** S3_ENDPOINT, S3_REGION, S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY; undefined to use the disk. */
  readonly s3:
    | {
        readonly endpoint: string;
        readonly region: string;
        readonly bucket: string;
        readonly accessKeyId: string;
        readonly secretAccessKey: string;
      }
    | undefined;
  /** FILES_FOLDER: where they are kept on the disk of this machine. */
  readonly folder: string;
}

export const filesVariables = {
  S3_ENDPOINT: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).optional(),
  S3_REGION: z.string().default('us-east-1'),
  S3_BUCKET: z.string().regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'must be the name of a bucket').optional(),
  S3_ACCESS_KEY_ID: z.string().optional(),
  S3_SECRET_ACCESS_KEY: z.string().optional(),
  FILES_FOLDER: z.string().default('.spine/files'),
};

type FilesVariables = z.output<z.ZodObject<typeof filesVariables>>;

/** Variables that mean nothing without another. */
export const FILES_PAIRS = [
  ['S3_ENDPOINT', 'S3_BUCKET'],
  ['S3_BUCKET', 'S3_ENDPOINT'],
  ['S3_ENDPOINT', 'S3_ACCESS_KEY_ID'],
  ['S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'],
] as const;

export function filesOf(given: FilesVariables): FilesConfig {
  const { S3_ENDPOINT: endpoint, S3_REGION: region, S3_BUCKET: bucket, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = given;
  const isWhole = endpoint && bucket && accessKeyId && secretAccessKey;
  return { s3: isWhole ? { endpoint, region, bucket, accessKeyId, secretAccessKey } : undefined, folder: given.FILES_FOLDER };
}
