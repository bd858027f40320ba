import { describe, expect, it } from '@jest/globals';
import { buildSchema } from 'graphql';
import { acknowledgedChanges, apiSchemaOf, breakingChanges, printApi, unansweredChanges } from './api-changes.js';
import { composeSupergraph } from './supergraph.js';

const released = buildSchema('type Query { booking(id: ID!): Booking } type Booking { id: ID! note: String status: Status! } enum Status { NEW DONE }');

describe('changes of the graph', () => {
  it('are breaking when a client that was right before can be wrong after', () => {
    const present = buildSchema(
      'type Query { booking(id: ID!, zone: String!): Booking } type Booking { id: ID! status: Status } enum Status { NEW }',
    );
    expect(breakingChanges(released, present).map(({ description }) => description)).toEqual([
      'A required arg zone on Query.booking was added.',
      'Booking.note was removed.',
      'Booking.status changed type from Status! to Status.',
      'DONE was removed from enum type Status.',
    ]);
  });

  it('are not when the graph only grows', () => {
    const present = buildSchema(
      'type Query { booking(id: ID!, zone: String): Booking me: String } type Booking { id: ID! note: String! status: Status! } enum Status { NEW DONE LATE }',
    );
    expect(breakingChanges(released, present)).toEqual([]);
  });

  it('are seen as clients see them, without the machinery of federation', () => {
    const head = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.12", import: ["@key", "@tag", "@inaccessible"])';
    const composition = composeSupergraph([
      {
        name: 'one',
        routingUrl: 'http://one/graphql',
        sdl: `${head} type Query { thing: Thing @tag(name: "public") hidden: String @tag(name: "public") @inaccessible } type Thing @key(fields: "id") { id: ID! }`,
      },
    ]);
    if (!composition.ok) throw new Error('The sample does not compose');
    expect(printApi(apiSchemaOf(composition.supergraphSdl))).toBe('type Query {\n  thing: Thing\n}\n\ntype Thing {\n  id: ID!\n}\n');
  });

  it('can be answered for, with a reason and a date', () => {
    const answered = JSON.stringify([{ change: 'Booking.note was removed.', reason: 'Nobody has asked for it in a year.', date: '2027-01-31' }]);
    expect(acknowledgedChanges(answered)).toEqual(new Set(['Booking.note was removed.']));
    const present = buildSchema('type Query { booking(id: ID!): Booking } type Booking { id: ID! } enum Status { NEW DONE }');
    expect(unansweredChanges(released, present, acknowledgedChanges(answered)).map(({ description }) => description)).toEqual(['Booking.status was removed.']);
    expect(unansweredChanges(released, present, new Set()).map(({ description }) => description)).toEqual(['Booking.note was removed.', 'Booking.status was removed.']);
    expect(() => acknowledgedChanges('[{"change": "x", "reason": "", "date": "soon"}]')).toThrow();
  });
});
