import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface OtlpAttribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: number | string };
}

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes?: readonly OtlpAttribute[];
  readonly links?: readonly { readonly traceId: string }[];
}

interface OtlpBody {
  readonly resourceSpans: readonly { readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[] }[];
}

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | null;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Traces it was caused by. */
  readonly linkedTo: readonly string[];
}

export interface Collector {
  /** What OTEL_EXPORTER_OTLP_ENDPOINT is set to. */
  readonly url: string;
  readonly spans: CollectedSpan[];
  /** Names from a span up to the one that has no parent here. */
  wayUp(span: CollectedSpan): readonly string[];
  stop(): Promise<void>;
}

const spanOf = ({ traceId, spanId, parentSpanId, name, attributes = [], links = [] }: OtlpSpan): CollectedSpan => ({
  traceId,
  spanId,
  parentId: parentSpanId || null,
  name,
  attributes: Object.fromEntries(
    attributes.map(({ key, value }) => [key, String(value.stringValue ?? value.intValue ?? JSON.stringify(value))]),
  ),
  linkedTo: links.map((link) => link.traceId),
});

/** Takes spans as OTLP over HTTP in JSON, as a collector of OpenTelemetry does. */
export async function startCollector(): Promise<Collector> {
  const spans: CollectedSpan[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { resourceSpans } = JSON.parse(body) as OtlpBody;
      for (const { scopeSpans } of resourceSpans) {
        for (const scope of scopeSpans) spans.push(...scope.spans.map(spanOf));
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    wayUp(span) {
      const way: string[] = [];
      for (let at: CollectedSpan | undefined = span; at; ) {
        way.push(at.name);
        const { parentId, traceId }: CollectedSpan = at;
        at = spans.find((other) => other.spanId === parentId && other.traceId === traceId);
      }
      return way;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
