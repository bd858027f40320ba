import { Prisma } from '../../../prisma/generated/client.js';

interface DriverError {
  readonly cause?: { readonly originalCode?: unknown };
}

/** The SQLSTATE with which PostgreSQL refused a statement; null for every other error. */
export function sqlStateOf(error: unknown): string | null {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError)) return null;
  const driverError = error.meta?.['driverAdapterError'] as DriverError | undefined;
  const code = driverError?.cause?.originalCode;
  return typeof code === 'string' ? code : null;
}

/**
 * Whether PostgreSQL refused a value for what it is: not representable in the column's type (class 22), or
 * against a CHECK constraint.
 */
export function isRefusedValue(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state !== null && (state.startsWith('22') || state === '23514');
}
