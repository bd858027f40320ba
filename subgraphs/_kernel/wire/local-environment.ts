/** Whether an environment of this name is a developer's or a test's: what it may reach and let in is its own machine. */
export const isLocalEnvironment = (name: string | undefined): boolean => name === 'development' || name === 'test';
