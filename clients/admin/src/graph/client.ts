import { ApolloClient, ApolloLink, CombinedGraphQLErrors, InMemoryCache } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { HttpLink } from '@apollo/client/link/http';
import { relayStylePagination } from '@apollo/client/utilities';
import { finalize } from 'rxjs';
import type { PerformanceMonitor } from '../../../shared/performance-monitor.js';
import type { Session } from '../session/session.js';
import { GRAPH_PATH } from './ask.js';

/* eslint-disable @typescript-eslint/no-namespace -- how the client wants to be told its defaults */
declare module '@apollo/client' {
  namespace ApolloClient {
    namespace DeclareDefaultOptions {
      interface WatchQuery {
        readonly errorPolicy: 'all';
      }
      interface Query {
        readonly errorPolicy: 'all';
      }
    }
  }
}
/* eslint-enable @typescript-eslint/no-namespace */

const cacheWithPages = (): InMemoryCache =>
  new InMemoryCache({
    typePolicies: {
      FeatureFlag: { keyFields: ['key'] },
      Query: {
        fields: {
          incidents: relayStylePagination(['filter', 'first']),
          tenants: relayStylePagination(['status', 'plan', 'search', 'first']),
          auditEntries: relayStylePagination(['filter']),
          featureFlagChanges: relayStylePagination(['key']),
          supportTickets: relayStylePagination(['status', 'priority', 'assigneeId']),
          mails: relayStylePagination(['status']),
          errorGroups: relayStylePagination(['source']),
          notificationLogs: relayStylePagination(['status', 'channel']),
          webhookDeliveries: relayStylePagination(['status']),
        },
      },
    },
    possibleTypes: {
      UserError: [
        'ConflictError',
        'ForbiddenError',
        'InvalidTransitionError',
        'NotFoundError',
        'RateLimitedError',
        'StepUpRequiredError',
        'UnauthenticatedError',
        'ValidationError',
      ],
    },
  });

/** The graph for everything that is asked while somebody is signed in; how long it takes is measured. */
export function createGraphClient(session: Session, monitor: PerformanceMonitor): ApolloClient {
  const authorize = new SetContextLink(async ({ headers }: Readonly<ApolloLink.OperationContext> & { readonly headers?: Record<string, string> }) => {
    const token = await session.token();
    return { headers: { ...headers, ...(token === null ? {} : { authorization: `Bearer ${token}` }) } };
  });
  const notice = new ErrorLink(({ error }) => {
    if (!CombinedGraphQLErrors.is(error)) return;
    if (error.errors.some(({ extensions }) => extensions?.['code'] === 'UNAUTHENTICATED')) session.ended();
  });
  const measure = new ApolloLink((operation, forward) => {
    const from = performance.now();
    return forward(operation).pipe(finalize(() => monitor.took(operation.operationName ?? 'anonymous', performance.now() - from)));
  });
  return new ApolloClient({
    link: ApolloLink.from([measure, notice, authorize, new HttpLink({ uri: GRAPH_PATH, credentials: 'omit' })]),
    cache: cacheWithPages(),
    defaultOptions: { watchQuery: { fetchPolicy: 'cache-and-network', errorPolicy: 'all' }, query: { errorPolicy: 'all' } },
    devtools: { enabled: false },
  });
}
