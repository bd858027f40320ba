import {
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Link,
  type Span,
} from '@opentelemetry/api';

export type { Attributes } from '@opentelemetry/api';

let on = false;

/** Called once by whoever has set up where spans go. Until then nothing here costs more than a comparison. */
export const switchTracingOn = (): void => void (on = true);
export const switchTracingOff = (): void => void (on = false);



const KINDS = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL, consumer: SpanKind.CONSUMER };

export interface SpanOf {
  readonly name: string;
  readonly kind?: keyof typeof KINDS;
  /** Asked for only where it is recorded. Never anything a person typed or a secret: names, ids and counts. */
  readonly attributes?: () => Attributes;
  /** `traceparent` of what caused this without waiting for it; the span then begins a trace of its own. */
  readonly causedBy?: string | undefined;
}

const linksTo = (traceparent: string): Link[] => {
  const cause = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, { traceparent }));
  return cause ? [{ context: cause }] : [];
};

/** The kind of what went wrong and never its message, which may hold what a person typed. */
const kindOf = (error: unknown): string => {
  const { code } = Object(error) as { readonly code?: unknown };
  return typeof code === 'string' ? code : error instanceof Error ? error.name : typeof error;
};

/** Runs work as a span of the trace that is under way. */
export function inSpan<Result>({ name, kind = 'internal', attributes, causedBy }: SpanOf, work: () => Promise<Result>): Promise<Result> {
  if (!on) return work();
  const links = causedBy === undefined ? null : linksTo(causedBy);
  const span = trace.getTracer('spine').startSpan(name, { kind: KINDS[kind], ...(links ? { root: true, links } : {}) });
  if (attributes && span.isRecording()) span.setAttributes(attributes());
  return context.with(trace.setSpan(context.active(), span), () => endedWith(span, work));
}

async function endedWith<Result>(span: Span, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    span.setAttribute('error.type', kindOf(error));
    throw error;
  } finally {
    span.end();
  }
}

/** Adds to the span that is under way what was found out since it began. */
export function describeSpan(attributes: () => Attributes, name?: string): void {
  if (!on) return;
  const span = trace.getActiveSpan();
  if (!span?.isRecording()) return;
  span.setAttributes(attributes());
  if (name !== undefined) span.updateName(name);
}

/** Runs work as a part of the trace that the caller named in `traceparent`, if it named one. */
export function continueTrace<Result>(carrier: Readonly<Record<string, unknown>>, work: () => Result): Result {
  return on ? context.with(propagation.extract(context.active(), carrier), work) : work();
}

/** Whether what happens now is a part of a trace. */
export const isTraced = (): boolean => on && trace.getActiveSpan() !== undefined;

/** Names the trace that is under way, for log lines; a new object each time. */
export function traceFields(): { trace_id?: string; span_id?: string } {
  const span = on ? trace.getActiveSpan()?.spanContext() : undefined;
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {};
}

const NONE: Readonly<Record<string, string>> = {};

/** What tells another process which trace its work belongs to; empty where nothing is traced. */
export function traceHeaders(): Readonly<Record<string, string>> {
  if (!on) return NONE;
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}
