/** What each operation of `operations.graphql` takes and gives. */
export interface PartnerOperations {
  readonly Services: {
    readonly type: 'query';
    readonly variables: { readonly first?: number; readonly after?: string | null };
    readonly data: {
      readonly services: {
        readonly edges: readonly {
          readonly node: {
            readonly id: string;
            readonly name: string;
            readonly durationMinutes: number;
            /** In the smallest unit of the currency. */
            readonly price: { readonly amount: number; readonly currency: string };
          };
        }[];
        readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
      } | null;
    };
  };
  readonly AvailableSlots: {
    readonly type: 'query';
    readonly variables: {
      readonly serviceId: string;
      /** First day, as `2027-01-31`. */
      readonly from: string;
      readonly days?: number;
      readonly first?: number;
    };
    readonly data: {
      readonly availableSlots: {
        readonly edges: readonly {
          readonly node: {
            readonly startsAt: string;
            readonly endsAt: string;
            readonly provider: { readonly id: string; readonly name: string };
          };
        }[];
      } | null;
    };
  };
  readonly BookingById: {
    readonly type: 'query';
    readonly variables: { readonly id: string };
    readonly data: { readonly booking: Booked | null };
  };
  readonly Book: {
    readonly type: 'mutation';
    readonly variables: {
      readonly input: {
        readonly serviceId: string;
        readonly providerId: string;
        readonly startsAt: string;
        readonly clientId?: string;
        readonly note?: string;
        readonly idempotencyKey: string;
      };
    };
    readonly data: { readonly createBooking: Booked | { readonly code: string; readonly message: string } | null };
  };
  readonly BookingChanges: {
    readonly type: 'subscription';
    readonly variables: { readonly after?: string };
    readonly data: { readonly bookingUpdated: { readonly cursor: string; readonly booking: Booked | null } };
  };
}

export interface Booked {
  readonly id: string;
  readonly reference: string;
  readonly status: string;
  readonly startsAt: string;
}

type Name = keyof PartnerOperations;

/** Names of the operations of one type. */
export type Named<Type extends 'query' | 'mutation' | 'subscription'> = {
  [Key in Name]: PartnerOperations[Key]['type'] extends Type ? Key : never;
}[Name];
