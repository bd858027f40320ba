import { createJobQueue } from '../../../_kernel/jobs/job-queue.js';
import type { JobHandler } from '../../../_kernel/jobs/job.js';
import type { SubgraphRuntime } from '../../../_kernel/subgraph.js';
import type { WitnessConfig } from '../../delivery-config.js';
import type { OpsJobs } from '../../jobs.js';
import { createOutgoing } from '../../outgoing/outgoing.js';
import { askWitness, showHeadTo } from './ask-witness.job.js';
import { askedWitness } from './asked-witness.js';

/** The witnesses of our own logs. @throws {TypeError} for a key that is not that of a witness */
export function createAskedWitnesses(runtime: SubgraphRuntime, configured: readonly WitnessConfig[]) {
  const witnesses = configured.map(askedWitness);
  // Whoever runs the platform has named them: they may be anywhere.
  const outgoing = createOutgoing({ allowedHosts: configured.map(({ url }) => new URL(url).hostname) });
  const jobs: readonly JobHandler[] = [askWitness({ platform: runtime.database.platform, witnesses, outgoing })];
  return {
    jobs,
    headSigned: showHeadTo(witnesses, createJobQueue<OpsJobs>('ops', runtime)),
    close: () => outgoing.close(),
  };
}
