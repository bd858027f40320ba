/** Runs work once for all callers that name the same key while it is under way; they share its end. */
export type SingleFlight = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>;

export function createSingleFlight(): SingleFlight {
  const underWay = new Map<string, Promise<unknown>>();
  return <Result>(key: string, work: () => Promise<Result>) => {
    const joined = underWay.get(key);
    // A key stands for one kind of work, so whoever joins expects what the first caller's work returns.
    if (joined) return joined as Promise<Result>;
    const run = work().finally(() => underWay.delete(key));
    underWay.set(key, run);
    return run;
  };
}
