import type { StartContestant } from './contestant.js';

/** Everyone who takes part. The first is what the others are compared with. */
export const CONTESTANTS = [
  { name: 'stock', title: '@apollo/gateway on Apollo Server', peer: false },
  { name: 'hive', title: 'Hive Gateway, Rust planner', peer: true },
  { name: 'monolith', title: 'one schema on graphql-yoga', peer: true },
  { name: 'ours-http', title: 'Spine over HTTP', peer: false },
  { name: 'ours', title: 'Spine in process', peer: false },
] as const;

export type ContestantName = (typeof CONTESTANTS)[number]['name'];

/** Loads what a contestant is made of only in the process that runs it. */
export async function loadContestant(name: ContestantName): Promise<StartContestant> {
  switch (name) {
    case 'stock':
      return (await import('./stock.js')).startStock;
    case 'hive':
      return (await import('./hive.js')).startHive;
    case 'monolith':
      return (await import('./monolith.js')).startMonolith;
    case 'ours-http':
      return (await import('./ours.js')).startOursOverHttp;
    case 'ours':
      return (await import('./ours.js')).startOursInProcess;
  }
}
