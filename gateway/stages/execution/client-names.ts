import { GraphQLError } from 'graphql';

/** An error whose path has the names under which was fetched, with those the client asked by. */
export function errorUnderClientNames(error: GraphQLError, askedAs: (name: string) => string): GraphQLError {
  const path = error.path?.map((part) => (typeof part === 'string' ? askedAs(part) : part));
  if (!path || path.every((part, index) => part === error.path?.[index])) return error;
  return new GraphQLError(error.message, { path, extensions: error.extensions });
}
