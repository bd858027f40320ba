import { Prisma } from '../../../prisma/generated/client.js';

/** A part of a query. What stands in `${}` is a parameter, or such a part itself; never text of the query. */
export type Sql = Prisma.Sql;
export const { sql } = Prisma;
