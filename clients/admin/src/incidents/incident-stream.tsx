import { useApolloClient } from '@apollo/client/react';
import type { ApolloCache, Reference } from '@apollo/client';
import type { Client } from 'graphql-ws';
import { createContext, use, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { follow, type StreamHealth } from '../graph/follow.js';
import {
  IncidentRaisedDocument,
  IncidentRowFragmentDoc,
  IncidentsDocument,
  IncidentUpdatedDocument,
  OpenIncidentsDocument,
  type IncidentRowFragment,
} from '../graph/operations.generated.js';

interface Stream {
  readonly health: StreamHealth;
  /** The last one that was raised since the page is open. */
  readonly latest: IncidentRowFragment | null;
  /** Calls back with each incident that is raised or changes. @returns how to stop that */
  readonly onIncident: (listener: (incident: IncidentRowFragment) => void) => () => void;
}

const StreamContext = createContext<Stream | null>(null);

export function useIncidentStream(): Stream {
  const stream = use(StreamContext);
  if (!stream) throw new Error('There is no stream of incidents around this component');
  return stream;
}

/** Puts an incident where lists find it: at their head when they do not have it, else in its place. */
function keep(cache: ApolloCache, incident: IncidentRowFragment): void {
  cache.writeFragment({ fragment: IncidentRowFragmentDoc, fragmentName: 'IncidentRow', data: incident });
  const id = cache.identify({ __typename: incident.__typename, id: incident.id });
  if (id === undefined) return;
  const node: Reference = { __ref: id };
  cache.modify<{ incidents: { readonly edges: readonly { readonly node: Reference }[] } | null }>({
    fields: {
      incidents(list) {
        if (!list || !('edges' in list) || list.edges.some((edge) => edge.node.__ref === id)) return list;
        return { ...list, edges: [{ __typename: 'IncidentEdge', node }, ...list.edges] };
      },
    },
  });
}

const worse = (one: StreamHealth, other: StreamHealth): StreamHealth => {
  if (one === 'RECONNECTING' || other === 'RECONNECTING') return 'RECONNECTING';
  return one === 'LIVE' && other === 'LIVE' ? 'LIVE' : 'CONNECTING';
};

/** Follows all incidents for as long as somebody is signed in, and keeps what the pages show up to date. */
export function IncidentStream({ socket, children }: { readonly socket: Client; readonly children: ReactNode }) {
  const graph = useApolloClient();
  const [raisedHealth, setRaisedHealth] = useState<StreamHealth>('CONNECTING');
  const [updatedHealth, setUpdatedHealth] = useState<StreamHealth>('CONNECTING');
  const [latest, setLatest] = useState<IncidentRowFragment | null>(null);
  const listeners = useRef(new Set<(incident: IncidentRowFragment) => void>());

  useEffect(() => {
    const refetch = (): void =>
      void graph.refetchQueries({ include: [IncidentsDocument, OpenIncidentsDocument].filter((query) => isActive(query)) });
    const isActive = (query: typeof IncidentsDocument | typeof OpenIncidentsDocument): boolean =>
      graph.getObservableQueries([query]).size > 0;
    const take = (incident: IncidentRowFragment | null): void => {
      // Told of, but not readable at that moment.
      if (!incident) {
        refetch();
        return;
      }
      keep(graph.cache, incident);
      for (const listener of listeners.current) listener(incident);
    };
    const raised = follow(socket, IncidentRaisedDocument, 'incidentRaised', {
      onEvent: ({ incidentRaised }) => {
        take(incidentRaised?.incident ?? null);
        if (incidentRaised?.incident) setLatest(incidentRaised.incident);
      },
      onHealth: setRaisedHealth,
      onGap: refetch,
    });
    const updated = follow(socket, IncidentUpdatedDocument, 'incidentUpdated', {
      onEvent: ({ incidentUpdated }) => take(incidentUpdated?.incident ?? null),
      onHealth: setUpdatedHealth,
      onGap: refetch,
    });
    return () => {
      raised.stop();
      updated.stop();
    };
  }, [graph, socket]);

  const health = worse(raisedHealth, updatedHealth);
  const stream = useMemo<Stream>(
    () => ({
      health,
      latest,
      onIncident(listener) {
        listeners.current.add(listener);
        return () => void listeners.current.delete(listener);
      },
    }),
    [health, latest],
  );
  return <StreamContext value={stream}>{children}</StreamContext>;
}
