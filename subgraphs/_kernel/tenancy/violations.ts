import { Prisma } from '../../../prisma/generated/client.js';

/** Whether a write failed because a row with the same unique key is there already. */
export const isUniqueViolation = (error: unknown): boolean =>
  error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002';
