import type { SubgraphUrls } from '../graph.js';

/** Where a contestant answers, and what a client has to send along. */
export interface Listening {
  readonly port: number;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Origins of the subgraphs in the process of their own: with the envelope checked, and without. */
export interface RemoteSubgraphs {
  readonly sealed: SubgraphUrls;
  readonly plain: SubgraphUrls;
}

/** Starts one contestant in the process it is called in. */
export type StartContestant = (remote: RemoteSubgraphs) => Promise<Listening>;
