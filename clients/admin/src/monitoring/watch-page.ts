import { createBeacon } from '../../../shared/beacon.js';
import { createErrorTracker, type ErrorTracker } from '../../../shared/error-tracker.js';
import { createPerformanceMonitor, type PerformanceMonitor } from '../../../shared/performance-monitor.js';

const BEACON_PATH = '/api/beacon';

interface LayoutShift extends PerformanceEntry {
  readonly value: number;
  readonly hadRecentInput: boolean;
}

/** Calls back with entries of a kind; never in a browser that does not know it. */
function onEntries<Entry extends PerformanceEntry>(type: string, take: (entry: Entry) => void): void {
  if (!PerformanceObserver.supportedEntryTypes.includes(type)) return;
  const observer = new PerformanceObserver((list) => (list.getEntries() as Entry[]).forEach(take));
  observer.observe({ type, buffered: true });
}

interface PageWatch {
  readonly errors: ErrorTracker;
  readonly performance: PerformanceMonitor;
}

/**
 * Watches this page for what breaks and for the Web Vitals, and tells the platform when it is idle or left.
 * Layout shift is told in thousandths, as though it were milliseconds: from 1 on it is a mess.
 */
export function watchPage(): PageWatch {
  const beacon = createBeacon((body) => navigator.sendBeacon(BEACON_PATH, new Blob([body], { type: 'application/json' })));
  const errors = createErrorTracker(beacon);
  const monitor = createPerformanceMonitor(beacon, () => performance.now());

  window.addEventListener('error', ({ error, message }) => errors.capture(error ?? message));
  window.addEventListener('unhandledrejection', ({ reason }) => errors.capture(reason));

  let [paint, interaction, shift] = [0, 0, 0];
  onEntries<PerformanceNavigationTiming>('navigation', ({ responseStart }) => monitor.took('TTFB', responseStart));
  onEntries('paint', ({ name, startTime }) => (name === 'first-contentful-paint' ? monitor.took('FCP', startTime) : undefined));
  onEntries('largest-contentful-paint', ({ startTime }) => (paint = startTime));
  onEntries('event', ({ duration }) => (interaction = Math.max(interaction, duration)));
  onEntries<LayoutShift>('layout-shift', ({ value, hadRecentInput }) => (shift += hadRecentInput ? 0 : value));

  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState !== 'hidden') return;
    if (paint > 0) monitor.took('LCP', paint);
    if (interaction > 0) monitor.took('INP', interaction);
    if (shift > 0) monitor.took('CLS', shift * 1_000);
    [paint, interaction, shift] = [0, 0, 0];
    beacon.flush();
  });
  return { errors, performance: monitor };
}
