/** News grow old: what is told later than this interrupts nobody. In milliseconds. */
const NEWS_FOR_MS = 24 * 60 * 60 * 1_000;

/** Whether something happened so lately that somebody should be told of it. */
export const isNews = (happenedAt: Date, now: Date): boolean => now.getTime() - happenedAt.getTime() <= NEWS_FOR_MS;
