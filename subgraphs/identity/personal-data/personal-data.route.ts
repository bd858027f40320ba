import type { Clock } from '../../_kernel/request/clock.js';
import type { Logger } from '../../_kernel/request/request-context.js';
import type { RouteResponse, SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import { contextOfVisit } from '../account-pages/account-pages.route.js';
import { DOWNLOAD_PATH, type PersonalDataService } from './personal-data.service.js';

const COMMON = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' };

const GONE: RouteResponse = {
  status: 404,
  headers: { ...COMMON, 'content-type': 'text/plain; charset=utf-8' },
  body: 'This link is not good any more. Sign in and ask for another one.\n',
};

/** Hands an archive to whoever has the link to it, once. */
export const personalDataRoute = (parts: {
  readonly personalData: PersonalDataService;
  readonly clock: Clock;
  readonly logger: Logger;
}): SubgraphRoute => ({
  method: 'GET',
  path: DOWNLOAD_PATH,
  async handle({ search }, envelope) {
    const token = new URLSearchParams(search).get('token') ?? '';
    const archive = await parts.personalData.fetch(contextOfVisit(envelope, parts), token);
    if (!archive) return GONE;
    const headers = {
      ...COMMON,
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': `attachment; filename="${archive.name}"`,
    };
    return { status: 200, headers, body: archive.json };
  },
});
