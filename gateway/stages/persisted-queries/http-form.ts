import type { HttpAnswer } from '../../http/answer.js';
import type { Operation } from '../limits/limits.js';
import { headersOfRetirement } from './refusals.js';

/** What a cache must tell apart: the same address answers another person, company or format differently. */
const VARIES = 'authorization, cookie, host, x-tenant, accept';

/**
 * What caches may do with the answer to a query that came by GET with an id. It is the caller's own, and to be
 * asked about each time; unchanged, it is not sent again. What the answer says of itself already is left to it.
 */
function cacheable(answer: HttpAnswer): HttpAnswer {
  if (answer.status !== 200 || answer.body.startsWith('{"errors":')) return answer;
  const { vary } = answer.headers;
  return {
    ...answer,
    headers: {
      'cache-control': 'private, max-age=0, must-revalidate',
      ...answer.headers,
      vary: vary === undefined ? VARIES : `${vary}, ${VARIES}`,
    },
  };
}

/** An answer to an operation named by an id, with what only HTTP can say: how it may be kept, and when the operation goes. */
export function answerByName(answer: HttpAnswer, { registered }: Operation, method: string): HttpAnswer {
  const kept = method === 'GET' ? cacheable(answer) : answer;
  return registered?.retirement ? { ...kept, headers: { ...kept.headers, ...headersOfRetirement(registered.retirement) } } : kept;
}
