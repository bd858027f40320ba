/**
 * Says "there is something new in the log", nothing more. The log itself is the truth: a lost signal
 * delays readers until their next look, it never loses an event.
 */
export interface EventSignal {
  /** Wakes the readers of every process; calls close together are sent as one. */
  notify(): void;
  /** @returns ends the subscription */
  onSignal(listener: () => void): () => void;
  close(): Promise<void>;
}

/** The in-process half that both drivers share: listeners, and one send for many calls. */
export class SignalFanOut {
  readonly #listeners = new Set<() => void>();
  #scheduled = false;

  onSignal(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  wake(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Runs `send` once for all calls of this turn of the event loop, and wakes this process's readers. */
  coalesce(send: () => void): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.wake();
      send();
    });
  }
}
