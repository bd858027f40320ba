/** Whoever delivers for us did not take something. */
export class DeliveryRefusedError extends Error {
  override readonly name = 'DeliveryRefusedError';
  /** Whether it would refuse it again. */
  readonly final: boolean;
  /** Whether there is nobody to take it any more. */
  readonly gone: boolean;

  constructor(message: string, of: { readonly final: boolean; readonly gone?: boolean; readonly cause?: unknown }) {
    super(message, { cause: of.cause });
    this.final = of.final;
    this.gone = of.gone ?? false;
  }
}

export interface Delivery {
  /** UUID, the same at every attempt. */
  readonly id: string;
  readonly title: string;
  readonly body: string;
  /** The company in whose name it is said. */
  readonly senderName: string;
  /** What it is about; null for nothing in particular. */
  readonly subjectId: string | null;
  readonly signal: AbortSignal;
}

/** An answer that is neither yes nor one that may pass: whoever delivers is busy, or broken for the moment. */
export const mayPass = (status: number): boolean => status === 408 || status === 429 || status >= 500;
