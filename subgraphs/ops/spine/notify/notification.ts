/** A word to the operators. */
export interface AdminNotification {
  readonly subject: string;
  readonly body: string;
}

/** One way to reach them. Resolves when the receiver has taken the notification. */
export interface NotificationProvider {
  /** @throws {NotificationDeliveryError} by rejection, when it was not taken */
  send(notification: AdminNotification): Promise<void>;
}

export class NotificationDeliveryError extends Error {
  readonly code = 'NOTIFICATION_DELIVERY_FAILED';
  override readonly name = 'NotificationDeliveryError';
  /** What the receiver answered; null when it could not be reached. */
  readonly httpStatus: number | null;
  /** Whether the same notification may be taken later: no answer, too many requests, or the receiver's own fault. */
  readonly retryable: boolean;

  constructor(provider: string, httpStatus: number | null, options?: ErrorOptions) {
    super(
      httpStatus === null ? `${provider} could not be reached` : `${provider} answered ${httpStatus}`,
      options,
    );
    this.httpStatus = httpStatus;
    this.retryable = httpStatus === null || httpStatus === 408 || httpStatus === 429 || httpStatus >= 500;
  }
}
