import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature, ProviderEvents, type Provider } from '@openfeature/web-sdk';
import { plainFlag } from '../../subgraphs/_kernel/flags/evaluation/known-flags.js';
import { eventually } from '../../tests/support/runtime.js';
import { ACME } from '../support/sample-endpoints.js';
import { startSampleGateway, type SampleGateway } from '../support/sample-gateway.js';
import { memberToken, platformToken } from '../support/sample-tokens.js';

/** As much of a browser's EventSource as a provider uses. */
class StreamOfEvents extends EventTarget {
  readyState = 0;
  readonly #leave = new AbortController();

  constructor(url: string) {
    super();
    void this.#follow(url).catch(() => undefined);
  }

  close(): void {
    this.readyState = 2;
    this.#leave.abort();
  }

  async #follow(url: string): Promise<void> {
    const response = await fetch(url, { signal: this.#leave.signal });
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString('utf8');
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const data = /^data: (.*)$/m.exec(text.slice(0, end))?.[1];
        text = text.slice(end + 2);
        if (data !== undefined) this.dispatchEvent(new MessageEvent('message', { data }));
      }
    }
  }
}

const flagOf = (key: string, value: boolean, clientVisible = true) =>
  plainFlag({ key, type: 'BOOLEAN', description: '', defaultValue: value, clientVisible });

let gateway: SampleGateway;
beforeEach(async () => {
  Object.assign(globalThis, { EventSource: StreamOfEvents });
  gateway = await startSampleGateway({ baseDomain: '127.0.0.1' });
  gateway.setFlags(
    flagOf('seen', true),
    flagOf('unseen', true, false),
    plainFlag({ key: 'own', type: 'STRING', description: '', defaultValue: 'all', clientVisible: true, overrides: { [ACME.id]: { value: 'acme', until: null } } }),
  );
  await eventually(async () => (await evaluate('/seen')).status === 200);
});
afterEach(async () => {
  await OpenFeature.close();
  await gateway.gateway.stop();
});

const evaluate = async (path: string, body: unknown = { context: { targetingKey: 'u1' } }, headers: Record<string, string> = {}) => {
  const response = await fetch(`${gateway.url}/ofrep/v1/evaluate/flags${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-tenant': 'acme', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, etag: response.headers.get('etag'), json: (text === '' ? null : JSON.parse(text)) as Record<string, unknown> | null };
};

test('a flag is evaluated for the company that was proved, whatever the context says', async () => {
  expect((await evaluate('/own')).json).toEqual({ key: 'own', value: 'acme', reason: 'TARGETING_MATCH', variant: 'tenant_override', metadata: {} });
  const elsewhere = await evaluate('/own', { context: { tenantId: ACME.id } }, { 'x-tenant': 'globex' });
  expect(elsewhere.json).toMatchObject({ value: 'all', reason: 'DEFAULT' });
});

test('what is wrong is said in the words of the protocol', async () => {
  expect(await evaluate('/nothing')).toMatchObject({ status: 404, json: { key: 'nothing', errorCode: 'FLAG_NOT_FOUND' } });
  expect(await evaluate('/seen', '{')).toMatchObject({ status: 400, json: { errorCode: 'PARSE_ERROR' } });
  expect(await evaluate('/seen', { context: 'u1' })).toMatchObject({ status: 400, json: { errorCode: 'INVALID_CONTEXT' } });
  expect((await evaluate('/seen', {}, { authorization: 'Bearer nonsense' })).status).toBe(401);
});

test('flags that are not for clients are told to staff only', async () => {
  const token = await memberToken(ACME, ['settings:read']);
  expect((await evaluate('/unseen')).status).toBe(404);
  expect((await evaluate('/unseen', {}, { authorization: `Bearer ${token}` })).status).toBe(404);
  const staff = await platformToken(['platform:incidents:read']);
  expect((await evaluate('/unseen', {}, { authorization: `Bearer ${staff}` })).json).toMatchObject({ value: true });
  const { json } = await evaluate('');
  expect((json?.['flags'] as { key: string }[]).map(({ key }) => key)).not.toContain('unseen');
});

test('all flags come with a tag, and only its name comes for those that are known', async () => {
  const first = await evaluate('');
  expect(first.json?.['eventStreams']).toEqual([{ type: 'sse', endpoint: { requestUri: '/ofrep/v1/events' }, inactivityDelaySec: 120 }]);
  expect(await evaluate('', undefined, { 'if-none-match': first.etag ?? '' })).toMatchObject({ status: 304, json: null });
  gateway.setFlags(flagOf('seen', false));
  await eventually(async () => (await evaluate('', undefined, { 'if-none-match': first.etag ?? '' })).status === 200);
});

test('a client of OpenFeature has its flags, and is told of a kill switch without asking', async () => {
  const provider = new OFREPWebProvider({ baseUrl: gateway.url, headers: [['x-tenant', 'acme']], pollInterval: 0 });
  // Its own types allow what optional properties are not allowed here.
  await OpenFeature.setProviderAndWait(provider as Provider, { targetingKey: 'u1' });
  const client = OpenFeature.getClient();
  expect(client.getBooleanValue('seen', false)).toBe(true);
  expect(client.getStringValue('own', '')).toBe('acme');
  const changed = new Promise<void>((resolve) => {
    client.addHandler(ProviderEvents.ConfigurationChanged, () => resolve());
  });
  gateway.setFlags({ ...flagOf('seen', true), killSwitch: { value: false } });
  await changed;
  await eventually(async () => !client.getBooleanValue('seen', true));
});
