/** What there may be something new of: entries of the log of events, or jobs to be done. */
export const SIGNAL_TOPICS = ['events', 'jobs'] as const;
export type SignalTopic = (typeof SIGNAL_TOPICS)[number];

/**
 * Says "there is something new", nothing more. The log and the table of jobs are the truth: a lost signal
 * delays readers until their next look, it never loses anything.
 */
export interface EventSignal {
  /** Wakes the readers of every process; calls close together are sent as one. */
  notify(topic: SignalTopic): void;
  /** @returns ends the subscription */
  onSignal(topic: SignalTopic, listener: () => void): () => void;
  close(): Promise<void>;
}

/** The in-process half that both drivers share: listeners, and one send for many calls. */
export class SignalFanOut {
  readonly #listeners: Readonly<Record<SignalTopic, Set<() => void>>> = { events: new Set(), jobs: new Set() };
  readonly #scheduled = new Set<SignalTopic>();

  onSignal(topic: SignalTopic, listener: () => void): () => void {
    const listeners = this.#listeners[topic];
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  wake(topic: SignalTopic): void {
    for (const listener of this.#listeners[topic]) listener();
  }

  /** Wakes everybody, after a time in which signals may have been lost. */
  wakeAll(): void {
    for (const topic of SIGNAL_TOPICS) this.wake(topic);
  }

  /** Runs `send` once for all calls of this turn of the event loop, and wakes this process's readers. */
  coalesce(topic: SignalTopic, send: () => void): void {
    if (this.#scheduled.has(topic)) return;
    this.#scheduled.add(topic);
    setImmediate(() => {
      this.#scheduled.delete(topic);
      this.wake(topic);
      send();
    });
  }
}

export const isSignalTopic = (text: string | undefined): text is SignalTopic =>
  SIGNAL_TOPICS.some((topic) => topic === text);
