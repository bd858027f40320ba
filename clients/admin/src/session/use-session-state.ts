import { useSyncExternalStore } from 'react';
import type { Session, SessionState } from './session.js';

/** Who is signed in, as it changes. */
export const useSessionState = (session: Session): SessionState => useSyncExternalStore(session.onChange, session.state);
