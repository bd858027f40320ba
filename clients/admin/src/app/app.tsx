import { MantineProvider } from '@mantine/core';
import { lazy, Suspense, useEffect, useState } from 'react';
import { Router } from 'wouter';
import type { PerformanceMonitor } from '../../../shared/performance-monitor.js';
import type { Session } from '../session/session.js';
import { SignIn } from '../session/sign-in.js';
import { welcomeIn } from '../session/welcome.js';
import { useSessionState } from '../session/use-session-state.js';
import { Loading } from '../shared/states.js';
import { readableGreys, theme } from './theme.js';

/** Where the gateway serves the dashboard. */
const BASE = '/admin';

const loadSignedIn = () => import('./signed-in.js');
const SignedIn = lazy(async () => ({ default: (await loadSignedIn()).SignedIn }));

const ChoosePassword = lazy(async () => ({ default: (await import('../session/choose-password.js')).ChoosePassword }));

function Door({ session, monitor }: { readonly session: Session; readonly monitor: PerformanceMonitor }) {
  const state = useSessionState(session);
  // Fetched while the credentials are typed.
  useEffect(() => void loadSignedIn(), []);
  const [welcome, setWelcome] = useState(() => welcomeIn(window.location.hash));
  // The link is good once: neither the address nor the history of the browser keeps it.
  useEffect(() => {
    if (welcomeIn(window.location.hash) !== null) window.history.replaceState(null, '', window.location.pathname);
  }, []);
  if (welcome !== null) {
    return (
      <Suspense fallback={<Loading what="the page" />}>
        <ChoosePassword token={welcome} onDone={() => setWelcome(null)} />
      </Suspense>
    );
  }
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
