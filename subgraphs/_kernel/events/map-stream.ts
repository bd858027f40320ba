/**
 * A live stream turned into another, leaving out what `change` answers with null. Ending it ends its source
 * at once, even while it waits for the next event; a plain generator would end only after that.
 */
export function mapStream<From, To>(
  source: AsyncGenerator<From, void, void>,
  change: (value: From) => To | null | Promise<To | null>,
): AsyncGenerator<To, void, void> {
  async function* mapped(): AsyncGenerator<To, void, void> {
    for await (const value of source) {
      const changed = await change(value);
      if (changed !== null) yield changed;
    }
  }
  const results = mapped();
  const end = results.return.bind(results);
  results.return = async (value) => {
    await source.return();
    return end(value);
  };
  return results;
}

/** A stream that tells as its last value why its source broke, instead of breaking itself. */
export function endingWith<Value>(
  source: AsyncGenerator<Value, void, void>,
  lastWordOf: (error: unknown) => Value,
): AsyncGenerator<Value, void, void> {
  async function* told(): AsyncGenerator<Value, void, void> {
    try {
      for await (const value of source) yield value;
    } catch (error) {
      yield lastWordOf(error);
    }
  }
  const results = told();
  const end = results.return.bind(results);
  results.return = async (value) => {
    await source.return();
    return end(value);
  };
  return results;
}
