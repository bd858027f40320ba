import { Loaders } from '../../../_kernel/request/loaders.js';
import type { Clock } from '../../../_kernel/request/clock.js';
import type { Logger } from '../../../_kernel/request/request-context.js';
import type { RouteResponse, SubgraphRoute } from '../../../_kernel/wire/subgraph-route.js';
import { WITNESS_PATH } from '../../../_kernel/wire/witness.js';
import type { WitnessAnswer, WitnessService } from './witness.service.js';

/** A checkpoint and its proof are a few kilobytes. */
const LONGEST_BODY = 64 * 1_024;

const REASONS = {
  400: 'This is no add-checkpoint request',
  403: 'The checkpoint carries no signature of its log',
  404: 'This log is not witnessed here',
  422: 'The proof does not lead from the checkpoint that was co-signed last',
} as const;

function responseOf(answer: WitnessAnswer): RouteResponse {
  const text = (type: string, body: string): RouteResponse => ({
    status: answer.status,
    headers: { 'content-type': type },
    body,
  });
  if (answer.status === 200) return text('text/plain; charset=utf-8', answer.cosignature);
  if (answer.status === 409) return text('text/x.tlog.size', `${answer.size}\n`);
  return text('text/plain; charset=utf-8', `${REASONS[answer.status]}\n`);
}

/** Where logs have their heads co-signed (C2SP tlog-witness). Open to everyone: what counts is who signed the checkpoint. */
export const witnessRoute = (witness: WitnessService, clock: Clock, logger: Logger): SubgraphRoute => ({
  method: 'POST',
  path: WITNESS_PATH,
  async handle({ body }, envelope) {
    if (body.byteLength > LONGEST_BODY) return responseOf({ status: 400 });
    const context = { ...envelope, clock, logger, loaders: new Loaders() };
    return responseOf(await witness.addCheckpoint(context, Buffer.from(body).toString('utf8')));
  },
});
