import { createHash } from 'node:crypto';
import type { HttpAnswer } from './answer.js';

const SANDBOX_ORIGIN = 'https://embeddable-sandbox.cdn.apollographql.com';

const SANDBOX_SCRIPT = `
const toBundledExplorer = () => location.replace('/graphiql');
const script = document.createElement('script');
script.src = '${SANDBOX_ORIGIN}/_latest/embeddable-sandbox.umd.production.min.js';
script.onerror = toBundledExplorer;
script.onload = () => {
  if (!window.EmbeddedSandbox) return toBundledExplorer();
  new window.EmbeddedSandbox({
    target: '#sandbox',
    initialEndpoint: location.origin + '/graphql',
    initialSubscriptionEndpoint: location.origin.replace(/^http/, 'ws') + '/graphql',
    includeCookies: false,
  });
};
document.head.append(script);
`;

const hashOf = (script: string): string => `'sha256-${createHash('sha256').update(script).digest('base64')}'`;

const page = (body: string, policy: string): HttpAnswer => ({
  status: 200,
  headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
  body,
});

/** Apollo Sandbox, which comes from its makers' servers; without a network the browser goes to GraphiQL. */
export const sandboxPage = (): HttpAnswer =>
  page(
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Spine: GraphQL</title>
<style>html, body, #sandbox { height: 100%; margin: 0 } iframe { width: 100%; height: 100%; border: 0 }</style>
</head>
<body>
<noscript>This page needs JavaScript.</noscript>
<div id="sandbox"></div>
<script>${SANDBOX_SCRIPT}</script>
</body>
</html>
`,
    [
      "default-src 'none'",
      `script-src ${hashOf(SANDBOX_SCRIPT)} ${SANDBOX_ORIGIN}`,
      "style-src 'unsafe-inline'",
      'frame-src https://sandbox.embed.apollographql.com',
      "connect-src 'self' ws: wss: https:",
      'img-src https: data:',
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ].join('; '),
  );

/**
 * GraphiQL's socket knows nothing of its headers editor; this hands it the headers of the tab in use, so that a
 * subscription is signed in like a query. Read from where GraphiQL keeps its tabs, anew for every subscription.
 */
const SOCKET_HEADERS = `() => {
  try {
    const { tabs, activeTabIndex } = JSON.parse(localStorage.getItem('graphiql:tabState'));
    return Object.fromEntries(
      Object.entries(JSON.parse(tabs[activeTabIndex].headers)).map(([name, value]) => [name.toLowerCase(), value]),
    );
  } catch {
    return {};
  }
}`;

let graphiql: HttpAnswer | null = null;

/** GraphiQL with everything it needs inside the page; read and made when first asked for, since it is ten megabytes. */
export async function graphiqlPage(): Promise<HttpAnswer> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  graphiql ??= page(
    renderGraphiQL({
      title: 'Spine: GraphiQL',
      endpoint: '/graphql',
      subscriptionsProtocol: 'WS',
      credentials: 'omit',
      defaultQuery: '# Ask the graph of this tenant. The schema is in the book icon on the left.\n',
    }).replace('"subscriptionsProtocol":"WS"', (protocol) => `${protocol},"connectionParams":${SOCKET_HEADERS}`),
    [
      "default-src 'none'",
      // The bundle is inlined, compiles its grammars and starts its workers from blobs.
      "script-src 'unsafe-inline' 'unsafe-eval' blob:",
      'worker-src blob:',
      "style-src 'unsafe-inline'",
      "connect-src 'self' ws: wss:",
      'img-src data: blob:',
      'font-src data:',
      "frame-ancestors 'none'",
      "base-uri 'none'",
      "form-action 'none'",
    ].join('; '),
  );
  return graphiql;
}
