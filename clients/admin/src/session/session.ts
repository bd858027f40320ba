import { ask } from '../graph/ask.js';
import { RefreshDocument, SignInDocument, SignOutDocument, StepUpDocument, type SessionPartsFragment } from '../graph/operations.generated.js';

export type Admin = SessionPartsFragment['user'];

/** Why nobody is signed in: at first, by choice, or because the platform said so. */
export type SignedOutBecause = 'FRESH' | 'LEFT' | 'ENDED';

export type SessionState =
  | { readonly signedIn: true; readonly admin: Admin }
  | { readonly signedIn: false; readonly because: SignedOutBecause };

export type SignInOutcome = { readonly kind: 'IN' } | { readonly kind: 'CODE_NEEDED' } | { readonly kind: 'REFUSED'; readonly message: string };

export interface Credentials {
  readonly email: string;
  readonly password: string;
  /** Of the authenticator app, or one to recover with. */
  readonly code?: string;
}

/**
 * Who is signed in on this page. Its tokens live in this closure alone: nothing that other pages, extensions'
 * storage readers or a later visitor of the machine could find. A reload therefore asks for the sign-in again.
 */
export interface Session {
  readonly state: () => SessionState;
  /** Calls back at each change. @returns how to stop that */
  readonly onChange: (listener: () => void) => () => void;
  /** An access token that holds for a while yet; null when nobody is signed in. */
  token(): Promise<string | null>;
  signIn(credentials: Credentials): Promise<SignInOutcome>;
  /** Proves again who is there. @returns why not, or null when it went well */
  stepUp(proof: { readonly password: string; readonly code?: string }): Promise<string | null>;
  signOut(): Promise<void>;
  /** The platform no longer knows this session. */
  ended(): void;
}

interface Tokens {
  readonly accessToken: string;
  readonly accessTokenExpiresAt: string;
  readonly refreshToken: string;
}

/** Milliseconds before its end from which on a token is not used any more. */
const SPARE_MS = 30_000;

export function createSession(now: () => number = Date.now): Session {
  const listeners = new Set<() => void>();
  let state: SessionState = { signedIn: false, because: 'FRESH' };
  let tokens: Tokens | null = null;
  let refreshing: Promise<string | null> | null = null;

  const become = (next: SessionState, held: Tokens | null): void => {
    tokens = held;
    state = next;
    for (const listener of listeners) listener();
  };
  const ended = (): void => {
    if (state.signedIn) become({ signedIn: false, because: 'ENDED' }, null);
  };

  const refresh = async ({ refreshToken }: Tokens): Promise<string | null> => {
    const { refreshAdminSession: renewed } = await ask(RefreshDocument, { refreshToken });
    if (renewed?.__typename !== 'AdminAuthPayload') {
      ended();
      return null;
    }
    tokens = renewed;
    return renewed.accessToken;
  };

  return {
    state: () => state,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async token() {
      if (!tokens) return null;
      if (Date.parse(tokens.accessTokenExpiresAt) - SPARE_MS > now()) return tokens.accessToken;
      // A refresh token is good for one use: whoever asks meanwhile waits for the same answer.
      refreshing ??= refresh(tokens).finally(() => (refreshing = null));
      return refreshing;
    },
    async signIn(credentials) {
      const { adminLogin: answer } = await ask(SignInDocument, { input: credentials });
      if (answer?.__typename === 'AdminAuthPayload') {
        become({ signedIn: true, admin: answer.user }, answer);
        return { kind: 'IN' };
      }
      const asksForCode = answer?.__typename === 'ValidationError' && answer.issues.some(({ field }) => field === 'code');
      if (asksForCode && credentials.code === undefined) return { kind: 'CODE_NEEDED' };
      return { kind: 'REFUSED', message: answer?.message ?? 'The platform gave no answer' };
    },
    async stepUp(proof) {
      if (!tokens) return 'Nobody is signed in';
      const { stepUp: answer } = await ask(StepUpDocument, { input: proof }, tokens.accessToken);
      if (answer?.__typename !== 'SteppedUp') return answer?.message ?? 'The platform gave no answer';
      const { accessToken, accessTokenExpiresAt } = answer;
      tokens = { ...tokens, accessToken, accessTokenExpiresAt };
      return null;
    },
    async signOut() {
      const held = tokens;
      become({ signedIn: false, because: 'LEFT' }, null);
      if (held) await ask(SignOutDocument, {}, held.accessToken).catch(() => undefined);
    },
    ended,
  };
}
