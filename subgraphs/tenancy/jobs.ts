/** The jobs that tenancy asks for: kind to payload. Ids are UUIDs. */
export interface TenancyJobs {
  /** Somebody has shown that her address is hers: what waits for that in other companies goes on as well. */
  'tenancy.go_on_elsewhere': { readonly userId: string };
}
