import { DirectiveLocation, GraphQLBoolean, GraphQLDirective, GraphQLEnumType, GraphQLInt } from 'graphql';

/** Names the directive in composition; nothing is fetched from there. */
export const CACHE_CONTROL_SPEC = 'https://spine.example/specs/cacheControl/v1.0';

/**
 * `@cacheControl` as Apollo defines it: for how long the gateway, and whoever asks, may keep a field. An operation is
 * kept no longer than any of its fields; a root field or an object that says nothing is not kept.
 */
export const cacheControlDirective = new GraphQLDirective({
  name: 'cacheControl',
  description: 'For how long an answer with this in it may be kept.',
  locations: [
    DirectiveLocation.FIELD_DEFINITION,
    DirectiveLocation.OBJECT,
    DirectiveLocation.INTERFACE,
    DirectiveLocation.UNION,
  ],
  args: {
    maxAge: { type: GraphQLInt, description: 'Seconds.' },
    scope: {
      type: new GraphQLEnumType({
        name: 'CacheControlScope',
        description: 'For whom an answer may be kept.',
        values: {
          PUBLIC: { description: 'For anybody who asks the same of the same company.' },
          PRIVATE: { description: 'For whoever asked alone.' },
        },
      }),
    },
    inheritMaxAge: { type: GraphQLBoolean, description: 'As long as what it stands in.' },
  },
});

/** What the directive is told, by where it may stand. */
// Pothos asks for an index signature, which an interface does not have.
export type CacheControlDirective = {
  cacheControl: {
    locations: 'FIELD_DEFINITION' | 'OBJECT' | 'INTERFACE' | 'UNION';
    args: {
      maxAge?: number;
      scope?: 'PUBLIC' | 'PRIVATE';
      inheritMaxAge?: boolean;
    };
  };
};

/** Option of a field or type that may be kept as long as what it stands in. */
export const KEPT_WITH_PARENT = { directives: { cacheControl: { inheritMaxAge: true } } };
