import {
  context,
  propagation,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  type Attributes,
  type Context,
  type Span,
} from '@opentelemetry/api';
import type { FastifyRequest } from 'fastify';
import { program } from '../../installation/program.js';
import { Refusal } from '../../refusal.js';
import { Elsewhere } from '../hand-over/gate.js';
import { knownMethod } from './known-method.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Its span, for those within it; undefined where the operator has brought no SDK. */
    trace: Context | undefined;
  }
}

/** What a span of a request has in the end. */
interface Ended {
  readonly status: number;
  /** The client was gone before there was an answer. */
  readonly isGone: boolean;
  readonly who: string | undefined;
  readonly position: number | undefined;
}

/** The operator's, or one that does nothing. */
const tracer = trace.getTracer('palimpsest', program.version);

/** Without an SDK the API's provider, which is its own then, has nobody to ask. */
function isTraced(): boolean {
  const provider = trace.getTracerProvider();
  return !(provider instanceof ProxyTracerProvider) || provider.getDelegateTracer('palimpsest') !== undefined;
}

/**
 * Begins the span of a request, in the trace that its client told of (`traceparent`, or what the operator's SDK reads besides).
 * An instrumentation of the operator's that has begun one of its own for the request is its parent. Answers what ends it.
 */
export function beginTrace(
  request: FastifyRequest,
  route: string,
  address: string | undefined,
): ((ended: Ended) => void) | undefined {
  if (!isTraced()) return undefined;
  const { raw } = request;
  const around = context.active();
  const isWithin = trace.getSpan(around) !== undefined;
  const method = knownMethod(raw.method ?? '');
  const span = tracer.startSpan(
    route === '' ? (method ?? 'HTTP') : `${method ?? 'HTTP'} ${route}`,
    {
      kind: isWithin ? SpanKind.INTERNAL : SpanKind.SERVER,
      attributes: {
        'http.request.method': method ?? '_OTHER',
        ...(route !== '' && { 'http.route': route }),
        'url.scheme': 'http',
        'url.path': pathOf(raw.url ?? '/'),
        'network.protocol.version': raw.httpVersion,
        ...(address !== undefined && { 'client.address': address }),
      },
    },
    isWithin ? around : propagation.extract(ROOT_CONTEXT, raw.headers),
  );
  request.trace = trace.setSpan(around, span);
  return ({ status, isGone, who, position }) => {
    if (!isGone) span.setAttribute('http.response.status_code', status);
    if (position !== undefined) span.setAttribute('palimpsest.position', position);
    if (who !== undefined) span.setAttribute('palimpsest.who', who);
    if (isGone || status >= 500) fail(span, isGone ? 'client-gone' : String(status));
    span.end();
  };
}

/** A query says what its client looks for, which is nobody's business. */
function pathOf(url: string): string {
  return url.replace(/\?.*/s, '');
}

/**
 * Does `work` in a span within that of a request. What a client is refused for is no error of ours. A failure's message
 * stays out: it may have content.
 */
export async function inSpan<T>(
  within: Context | undefined,
  name: string,
  attributes: Attributes,
  work: (span: Span | undefined) => Promise<T>,
): Promise<T> {
  if (!within) return work(undefined);
  const span = tracer.startSpan(name, { attributes }, within);
  try {
    return await context.with(trace.setSpan(within, span), work, undefined, span);
  } catch (error) {
    if (error instanceof Refusal) span.setAttribute('palimpsest.refusal', error.code);
    else if (!(error instanceof Elsewhere)) fail(span, error instanceof Error ? error.name : 'unknown');
    throw error;
  } finally {
    span.end();
  }
}

/** `type`: of a few, as statistics are made of them. */
export function fail(span: Span, type: string): void {
  span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
}

/** The headers by which another process goes on with the trace. */
export function headersOfTrace(within: Context | undefined): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  if (within) propagation.inject(within, headers);
  return headers;
}
