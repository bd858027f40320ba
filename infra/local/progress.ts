/** What `npm start` says while it works: one line a step, with the seconds it took where that is worth knowing. */
export interface Progress {
  step(text: string): void;
  done(): void;
}

export function createProgress(write: (text: string) => void): Progress {
  let current: { readonly text: string; readonly since: number } | undefined;
  const finish = (): void => {
    if (!current) return;
    const seconds = (performance.now() - current.since) / 1_000;
    write(`  ✓ ${current.text}${seconds >= 0.1 ? ` (${seconds.toFixed(1)} s)` : ''}\n`);
    current = undefined;
  };
  return {
    step(text) {
      finish();
      current = { text, since: performance.now() };
    },
    done: finish,
  };
}
