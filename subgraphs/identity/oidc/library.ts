/**
 * `oidc-provider`, without the warning by which it greets Node 20: all that is used of it is tested there, and
 * whoever reads the log could do nothing about it.
 */
/* eslint-disable no-console -- what the library writes to is what has to be listened to */
const { warn } = console;
console.warn = (...words: readonly unknown[]) => {
  if (!String(words[0]).includes('Unsupported runtime')) warn(...words);
};
const library = await import('oidc-provider').finally(() => {
  console.warn = warn;
});

export const { errors, interactionPolicy, Provider } = library;
export type Provider = InstanceType<typeof library.Provider>;
