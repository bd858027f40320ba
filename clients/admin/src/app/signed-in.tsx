import { ApolloProvider } from '@apollo/client/react';
import { useMemo } from 'react';
import type { PerformanceMonitor } from '../../../shared/performance-monitor.js';
import { createGraphClient } from '../graph/client.js';
import { createSocket } from '../graph/socket.js';
import { IncidentStream } from '../incidents/incident-stream.js';
import type { Admin, Session } from '../session/session.js';
import { StepUpProvider } from '../session/step-up.js';
import { Pages } from './pages.js';
import { Shell } from './shell.js';

/** Everything that only who is signed in gets to see. */
export function SignedIn({ session, admin, monitor }: { readonly session: Session; readonly admin: Admin; readonly monitor: PerformanceMonitor }) {
  // Of this sign-in alone: nothing that was loaded for somebody is left in a cache for the next.
  const graph = useMemo(() => createGraphClient(session, monitor), [session, monitor]);
  const socket = useMemo(() => createSocket(session), [session]);
  return (
    <ApolloProvider client={graph}>
      <StepUpProvider session={session}>
        <IncidentStream socket={socket}>
          <Shell admin={admin} onSignOut={() => void session.signOut()}>
            <Pages admin={admin} />
          </Shell>
        </IncidentStream>
      </StepUpProvider>
    </ApolloProvider>
  );
}
