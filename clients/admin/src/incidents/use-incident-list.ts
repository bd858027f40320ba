import { useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { IncidentsDocument, type IncidentRowFragment, type IncidentStatus } from '../graph/operations.generated.js';

export const OPEN_STATUSES: readonly IncidentStatus[] = ['OPEN', 'ACKNOWLEDGED', 'MITIGATED'];

/** The list is asked for anew now and then, should a proxy on the way keep the stream from telling. Milliseconds. */
const ANYWAY_EVERY_MS = 60_000;

const differs = (one: IncidentRowFragment, other: IncidentRowFragment | undefined): boolean =>
  one.status !== other?.status || one.severity !== other.severity;

/** Incidents, newest first, as they come in; or as they stood when the reader asked for quiet. */
export function useIncidentList(onlyOpen: boolean) {
  const variables = onlyOpen ? { filter: { statuses: OPEN_STATUSES } } : {};
  const { data, error, loading, refetch, fetchMore } = useQuery(IncidentsDocument, { variables, pollInterval: ANYWAY_EVERY_MS });
  const [frozen, setFrozen] = useState<readonly IncidentRowFragment[] | null>(null);

  const found = data?.incidents?.edges.map(({ node }) => node) ?? [];
  const current = onlyOpen ? found.filter(({ status }) => OPEN_STATUSES.includes(status)) : found;
  const known = new Map(frozen?.map((incident) => [incident.id, incident]));
  const page = data?.incidents?.pageInfo;
  return {
    incidents: frozen ?? current,
    isLoaded: data !== undefined,
    loading,
    error,
    refetch: () => void refetch(),
    paused: frozen !== null,
    /** How many came in or changed since the pause. */
    waiting: frozen ? current.filter((incident) => differs(incident, known.get(incident.id))).length : 0,
    pause: () => setFrozen(current),
    resume: () => setFrozen(null),
    more: page?.hasNextPage && !frozen ? () => void fetchMore({ variables: { ...variables, after: page.endCursor } }) : null,
  };
}
