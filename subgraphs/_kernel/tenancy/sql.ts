import { Prisma } from '../../../prisma/generated/client.js';

/** A part of a query. What stands in `${}` is a parameter, or such a part itself; never text of the query. */
export type Sql = Prisma.Sql;
export const { sql } = Prisma;

const NAME = /^[a-z][a-z0-9_]*$/;

/** A name of a schema, table or column that stands in the code, where a catalogue of them is worked through. */
export function named(name: string): Sql {
  if (!NAME.test(name)) throw new Error(`${name} is no name of the database`);
  return Prisma.raw(`"${name}"`);
}

/** Parts one behind the other; at least one. */
export const joined = (parts: readonly Sql[], separator: ' AND ' | ' + ' | ', ' | ' '): Sql =>
  Prisma.join([...parts], separator);

/** Parts with commas between them; at least one. */
export const listed = (parts: readonly Sql[]): Sql => joined(parts, ', ');

/** A part that says nothing. */
export const nothing: Sql = Prisma.empty;
