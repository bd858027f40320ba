import { MantineProvider } from '@mantine/core';
import { lazy, Suspense, useEffect } from 'react';
import { Router } from 'wouter';
import type { PerformanceMonitor } from '../../../shared/performance-monitor.js';
import type { Session } from '../session/session.js';
import { SignIn } from '../session/sign-in.js';
import { useSessionState } from '../session/use-session-state.js';
import { Loading } from '../shared/states.js';
import { readableGreys, theme } from './theme.js';

/** Where the gateway serves the dashboard. */
const BASE = '/admin';

const loadSignedIn = () => import('./signed-in.js');
const SignedIn = lazy(async () => ({ default: (await loadSignedIn()).SignedIn }));

function Door({ session, monitor }: { readonly session: Session; readonly monitor: PerformanceMonitor }) {
  const state = useSessionState(session);
  // Fetched while the credentials are typed.
  useEffect(() => void loadSignedIn(), []);
  return state.signedIn ? (
    <Suspense fallback={<Loading what="the dashboard" />}>
      <SignedIn key={state.admin.id} session={session} admin={state.admin} monitor={monitor} />
    </Suspense>
  ) : (
    <SignIn session={session} because={state.because} />
  );
}

/** The whole dashboard. @param nonce under which the page lets components add styles */
export function App({ session, nonce, monitor }: { readonly session: Session; readonly nonce: string; readonly monitor: PerformanceMonitor }) {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={readableGreys} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <Router base={BASE}>
        <Door session={session} monitor={monitor} />
      </Router>
    </MantineProvider>
  );
}
