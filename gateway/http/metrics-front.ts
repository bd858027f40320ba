import { createServer, type Server } from 'node:http';
import type { Registry } from 'prom-client';

export const METRICS_PATH = '/metrics';

/** Serves the figures, and nothing else, at an address that the public has no way to. */
export const createMetricsFront = (registry: Registry): Server =>
  createServer((message, response) => {
    const found = message.url === METRICS_PATH && (message.method === 'GET' || message.method === 'HEAD');
    if (!found) {
      response.writeHead(404, { 'content-length': 0 }).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { 'content-type': registry.contentType }).end(text),
      () => response.writeHead(500, { 'content-length': 0 }).end(),
    );
  });
