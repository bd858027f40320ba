import type { Clock } from '../../_kernel/request/clock.js';
import { Loaders } from '../../_kernel/request/loaders.js';
import type { Logger, RequestContext } from '../../_kernel/request/request-context.js';
import { addressOfTenant } from '../../_kernel/wire/tenant-address.js';
import { sqlStateOf } from '../../_kernel/tenancy/violations.js';
import type { Envelope } from '../../_kernel/wire/envelope.js';
import { SCIM_PATH } from '../../_kernel/wire/scim-token.js';
import { ROUTE_METHODS, type RouteRequest, type RouteResponse, type SubgraphRoute } from '../../_kernel/wire/subgraph-route.js';
import type { ScimGroupService } from './group/scim-group.service.js';
import { bulkRequestOf, LONGEST_BULK_BYTES } from './bulk/bulk.js';
import { performBulk } from './bulk/perform-bulk.js';
import { discover } from './protocol/discovery.js';
import { listAnswer, listQueryOf, projectionOf } from './protocol/list-query.js';
import { namesVersion } from './protocol/preconditions.js';
import { badRequest, notFound, ScimError, scimErrorOf } from './protocol/scim-error.js';
import { isObject, type JsonObject } from './protocol/tidy.js';
import type { ScimCaller } from './scim-caller.js';
import type { ScimTokenService } from './token/scim-token.service.js';
import type { ScimUserService } from './user/scim-user.service.js';

export interface ScimRouteParts {
  readonly tokens: ScimTokenService;
  readonly users: ScimUserService;
  readonly groups: ScimGroupService;
  /** Address of the platform. */
  readonly publicUrl: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The calls that people and groups have in common. */
interface ResourceCalls {
  create(caller: ScimCaller, body: unknown): Promise<JsonObject>;
  get(caller: ScimCaller, id: string, withMembers: boolean): Promise<JsonObject>;
  list(caller: ScimCaller, query: ReturnType<typeof listQueryOf>, withMembers: boolean): ReturnType<ScimUserService['list']>;
  replace(caller: ScimCaller, id: string, body: unknown, ifMatch: string | undefined): Promise<JsonObject>;
  patch(caller: ScimCaller, id: string, body: unknown, ifMatch: string | undefined): Promise<JsonObject>;
  remove(caller: ScimCaller, id: string, ifMatch: string | undefined): Promise<void>;
}

const BEARER = /^Bearer +(\S+)$/i;

const answer = (status: number, value: object | null, headers: Readonly<Record<string, string>> = {}): RouteResponse => ({
  status,
  headers: { ...(value ? { 'content-type': 'application/scim+json; charset=utf-8' } : {}), 'cache-control': 'no-store', ...headers },
  body: value ? JSON.stringify(value) : '',
});

const refusal = (error: ScimError): RouteResponse =>
  answer(error.status, error.toJSON(), error.status === 401 ? { 'www-authenticate': 'Bearer realm="scim"' } : {});

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    throw badRequest('invalidSyntax', 'The body is not JSON');
  }
}

const metaOf = (resource: JsonObject, name: 'location' | 'version'): string => {
  const { meta } = resource;
  return isObject(meta) && typeof meta[name] === 'string' ? meta[name] : '';
};

const methodNotAllowed = (): ScimError => new ScimError(405, 'That cannot be done here');

/** SQLSTATEs of a write that another came before: a name that was free is taken, or two waited for one another. */
const RACED = new Set(['23505', '40P01', '40001']);

/** SCIM 2.0 (RFC 7643, RFC 7644) for companies' directories. */
export function scimRoutes(parts: ScimRouteParts): readonly SubgraphRoute[] {
  const { tokens, publicUrl, clock, logger } = parts;

  const callerOf = async ({ headers }: RouteRequest, { tenant, origin }: Envelope): Promise<ScimCaller> => {
    const about = (name: string): RequestContext => ({
      tenant,
      principal: { kind: 'system', name },
      origin,
      clock,
      logger: logger.child({ requestId: origin.requestId, tenantId: tenant.id, system: name }),
      loaders: new Loaders(),
    });
    const shown = BEARER.exec(headers['authorization']?.trim() ?? '')?.[1];
    const token = shown === undefined ? null : await tokens.recognise(about('scim'), shown);
    if (!token) throw new ScimError(401, 'The bearer token is missing, or is none of this company');
    return { context: about(`scim:${token.id}`), token, base: addressOfTenant(publicUrl, tenant) + SCIM_PATH };
  };

  const ofCollection = async (calls: ResourceCalls, caller: ScimCaller, { method, body }: RouteRequest, search: URLSearchParams) => {
    const project = projectionOf(search);
    if (method === 'POST') {
      const created = await calls.create(caller, jsonOf(body));
      return answer(201, project(created), { location: metaOf(created, 'location'), etag: metaOf(created, 'version') });
    }
    if (method !== 'GET') throw methodNotAllowed();
    const query = listQueryOf(search);
    const { total, resources } = await calls.list(caller, query, wantsMembers(search));
    return answer(200, listAnswer(query, { total, resources: resources.map(project) }));
  };

  const ofResource = async (calls: ResourceCalls, caller: ScimCaller, id: string, request: RouteRequest, search: URLSearchParams) => {
    const { method, headers, body } = request;
    const ifMatch = headers['if-match'];
    const project = projectionOf(search);
    const resourceAnswer = (resource: JsonObject): RouteResponse => answer(200, project(resource), { etag: metaOf(resource, 'version') });
    switch (method) {
      case 'GET': {
        const resource = await calls.get(caller, id, wantsMembers(search));
        const etag = metaOf(resource, 'version');
        const version = Number(/\d+/.exec(etag)?.[0]);
        const known = headers['if-none-match'];
        return known !== undefined && namesVersion(known, version) ? answer(304, null, { etag }) : resourceAnswer(resource);
      }
      case 'PUT':
        return resourceAnswer(await calls.replace(caller, id, jsonOf(body), ifMatch));
      case 'PATCH':
        return resourceAnswer(await calls.patch(caller, id, jsonOf(body), ifMatch));
      case 'DELETE':
        await calls.remove(caller, id, ifMatch);
        return answer(204, null);
      default:
        throw methodNotAllowed();
    }
  };

  const wantsMembers = (search: URLSearchParams): boolean => {
    const excluded = (search.get('excludedAttributes') ?? '').toLowerCase().split(',');
    return !excluded.some((name) => name.trim() === 'members');
  };

  const bulk = async (caller: ScimCaller, request: RouteRequest): Promise<RouteResponse> => {
    if (request.method !== 'POST') throw methodNotAllowed();
    if (request.body.length > LONGEST_BULK_BYTES) throw new ScimError(413, `At most ${LONGEST_BULK_BYTES} bytes (maxPayloadSize)`);
    const done = await performBulk(caller.base, bulkRequestOf(jsonOf(request.body)), ({ method, path, version, data }) => {
      const headers = version === undefined ? {} : { 'if-match': version };
      const alone = { method, path: SCIM_PATH + path, search: '', headers, body: Buffer.from(JSON.stringify(data ?? null)) };
      // What one operation has read the next may have changed.
      const context = { ...caller.context, loaders: new Loaders() };
      return answered(context, () => respond(alone, { ...caller, context }));
    });
    return answer(200, done);
  };

  const respond = async (request: RouteRequest, caller: ScimCaller): Promise<RouteResponse> => {
    const search = new URLSearchParams(request.search);
    const [kind = '', id, ...more] = request.path.slice(SCIM_PATH.length + 1).split('/');
    if (more.length > 0) throw notFound('Resource');
    const calls: ResourceCalls | undefined = { Users: parts.users, Groups: parts.groups }[kind];
    if (calls) {
      return id === undefined || id === ''
        ? ofCollection(calls, caller, request, search)
        : ofResource(calls, caller, id, request, search);
    }
    if (kind === 'Bulk' && id === undefined) return bulk(caller, request);
    const described = discover(caller.base, kind, id === undefined ? undefined : decodeURIComponent(id));
    if (!described) throw notFound('Resource');
    if (request.method !== 'GET') throw methodNotAllowed();
    return answer(200, described);
  };

  /** What is refused is answered in the words of SCIM. */
  const answered = async (of: Pick<RequestContext, 'origin'>, work: () => Promise<RouteResponse>): Promise<RouteResponse> => {
    const { requestId } = of.origin;
    try {
      return await work();
    } catch (error) {
      const refused = scimErrorOf(error);
      if (refused) return refusal(refused);
      if (RACED.has(sqlStateOf(error) ?? '')) return refusal(new ScimError(409, 'It changed at this moment; try again', 'uniqueness'));
      logger.error({ err: error, requestId }, 'SCIM request failed');
      return refusal(new ScimError(500, `Something went wrong on our side, request ${requestId}`));
    }
  };

  const handle: SubgraphRoute['handle'] = (request, envelope) =>
    answered(envelope, async () => respond(request, await callerOf(request, envelope)));

  return ROUTE_METHODS.map((method) => ({ method, path: SCIM_PATH, below: true, handle }));
}
