/** How long a service waits for whoever it tells something. */
const PATIENCE_MS = 10_000;

/** Calls of a service at addresses that it was given. */
export interface Notices {
  /** Tells something, and does not mind whether anybody hears it. */
  tell(address: string, headers: Readonly<Record<string, string>>, body?: string): void;
  /** @returns what was answered; null when nobody did */
  ask(address: string): Promise<Response | null>;
  /** Until everything that was told has been heard, or was not. */
  settled(): Promise<void>;
}

export function createNotices(): Notices {
  const pending = new Set<Promise<void>>();
  const post = (address: string, init: RequestInit): Promise<Response | null> =>
    fetch(address, { ...init, method: 'POST', signal: AbortSignal.timeout(PATIENCE_MS) }).catch(() => null);
  return {
    tell(address, headers, body = '') {
      const told = post(address, { headers: { ...headers }, body }).then(async (response) => {
        await response?.body?.cancel();
        pending.delete(told);
      });
      pending.add(told);
    },
    ask: (address) => post(address, { headers: { 'content-type': 'text/plain; charset=utf-8' } }),
    async settled() {
      await Promise.all(pending);
    },
  };
}
