import type { z } from 'zod';
import type { RouteRequest, RouteResponse } from '../wire/subgraph-route.js';

/** A route's answer as JSON. */
export const json = (status: number, value: unknown = {}): RouteResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});

/** What a route was sent; null for what is no JSON, or not of that shape. */
export function jsonIn<Value>({ body }: RouteRequest, schema: z.ZodType<Value>): Value | null {
  try {
    return schema.safeParse(JSON.parse(Buffer.from(body).toString('utf8'))).data ?? null;
  } catch {
    return null;
  }
}
