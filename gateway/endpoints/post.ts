import type { Dispatcher, Pool } from 'undici';

export interface Posting {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Gives the request up; null where nobody ever will. */
  readonly signal: AbortSignal | null;
}

export interface Posted {
  readonly status: number;
  readonly text: string;
}

/** Gathers an answer without the streams that `pool.request` would make for it. */
class Gathering implements Dispatcher.DispatchHandler {
  private readonly chunks: Buffer[] = [];
  private readonly signal: AbortSignal | null;
  private readonly settle: { readonly resolve: (posted: Posted) => void; readonly reject: (error: Error) => void };
  private status = 0;
  private giveUp: (() => void) | null = null;

  constructor(signal: AbortSignal | null, settle: Gathering['settle']) {
    this.signal = signal;
    this.settle = settle;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const { signal } = this;
    if (!signal) return;
    this.leave();
    this.giveUp = () => controller.abort(signal.reason as Error);
    if (signal.aborted) this.giveUp();
    else signal.addEventListener('abort', this.giveUp, { once: true });
  }

  onResponseStart(_controller: Dispatcher.DispatchController, statusCode: number): void {
    this.status = statusCode;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.leave();
    const [first] = this.chunks;
    const whole = this.chunks.length === 1 && first ? first : Buffer.concat(this.chunks);
    this.settle.resolve({ status: this.status, text: whole.toString('utf8') });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.leave();
    this.settle.reject(error);
  }

  private leave(): void {
    if (this.giveUp) this.signal?.removeEventListener('abort', this.giveUp);
  }
}

/** Posts a body and answers with the whole text. Rejects with the signal's reason when it is given up. */
export const post = (pool: Pool, { path, headers, body, signal }: Posting): Promise<Posted> =>
  new Promise((resolve, reject) => {
    pool.dispatch({ method: 'POST', path, headers, body }, new Gathering(signal, { resolve, reject }));
  });
