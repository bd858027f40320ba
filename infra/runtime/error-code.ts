/** The `code` of an error of the system or the database: 'ENOENT', '28P01'. Told by shape, whatever threw it. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
