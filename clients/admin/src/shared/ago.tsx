import { useSyncExternalStore } from 'react';
import { agoOf, momentOf } from './words.js';

const EVERY_MS = 10_000;
let now = Date.now();

const onTick = (listener: () => void): (() => void) => {
  const timer = setInterval(() => {
    now = Date.now();
    listener();
  }, EVERY_MS);
  return () => clearInterval(timer);
};

/** An instant as the time since; exactly, in the element and on hovering. */
export function Ago({ at }: { readonly at: string }) {
  const current = useSyncExternalStore(onTick, () => now);
  return (
    <time dateTime={at} title={momentOf(at)}>
      {agoOf(at, Math.max(current, Date.parse(at)))}
    </time>
  );
}
