const GLOBALS = new URL('globals.mjs', import.meta.url).href;

/** The package throws outside of Jest's own modules; here Node loads the tests. */
export function resolve(specifier, context, next) {
  return specifier === '@jest/globals' ? { url: GLOBALS, shortCircuit: true } : next(specifier, context);
}
