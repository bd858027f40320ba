import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { context, propagation, trace } from '@opentelemetry/api';
import { switchTracingOff, switchTracingOn } from '../../subgraphs/_kernel/wire/tracing.js';

export interface TelemetryOptions {
  /** `service.name`: the process, such as `gateway` or `booking`. */
  readonly name: string;
  /** OTLP over HTTP, without `/v1/traces`; undefined where nothing is traced. */
  readonly endpoint: string | undefined;
  readonly environment: string;
}

export interface Telemetry {
  /** Sends what has not been sent yet, and traces nothing from then on. */
  stop(): Promise<void>;
}

const STOP_WITHIN_MS = 3_000;

/**
 * Sends spans to a collector. Without an endpoint nothing is set up at all: no hook, no timer, no header.
 * Which traces are kept is for OTEL_TRACES_SAMPLER, as in every program that uses the SDK.
 */
export function startTelemetry({ name, endpoint, environment }: TelemetryOptions): Telemetry {
  if (endpoint === undefined) return { stop: async () => undefined };
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({
      'service.name': name,
      'service.namespace': 'spine',
      'deployment.environment.name': environment,
    }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  provider.register();
  switchTracingOn();
  return {
    async stop() {
      switchTracingOff();
      const late = new Promise<void>((resolve) => setTimeout(resolve, STOP_WITHIN_MS).unref());
      // A collector that is away must not hold up the end of the process.
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
      trace.disable();
      context.disable();
      propagation.disable();
    },
  };
}
