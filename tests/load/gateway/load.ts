import { connect } from 'node:net';
import type { Listening } from './contestants/contestant.js';
import { ascending, quantile } from '../quantile.js';
import { bodyOf, operationNamed } from './operations.js';

export interface LoadAsked {
  readonly target: Listening;
  readonly operation: string;
  readonly connections: number;
  readonly seconds: number;
  /** Number of the first request, from which its variables follow. */
  readonly from: number;
}

export interface LoadReply {
  readonly requests: number;
  /** Answers that were not 200 with data and without errors. */
  readonly failures: number;
  readonly seconds: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Number of the next request. */
  readonly next: number;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('\r\n0\r\n\r\n');
const DATA = Buffer.from('{"data":{');
const ERRORS = Buffer.from('"errors":');

interface Head {
  readonly ok: boolean;
  readonly end: number;
  /** Length of the whole answer in bytes; null when it comes in chunks. */
  readonly length: number | null;
}

function headOf(received: Buffer): Head | null {
  const at = received.indexOf(HEAD_END);
  if (at < 0) return null;
  const text = received.toString('latin1', 0, at);
  const end = at + HEAD_END.length;
  const length = /\r\ncontent-length: *(\d+)/i.exec(text)?.[1];
  return { ok: text.startsWith('HTTP/1.1 200'), end, length: length === undefined ? null : end + Number(length) };
}

const isWhole = (received: Buffer, { length }: Head): boolean =>
  length === null ? received.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK) : received.length >= length;

/** One kept connection with one request under way at a time; less work than any HTTP client there is. */
function openConnection(port: number, onAnswer: (ok: boolean) => void, onBroken: (error: Error) => void) {
  let chunks: Buffer[] = [];
  let size = 0;
  let head: Head | null = null;
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    size += chunk.length;
    if (head?.length && size < head.length) return;
    const received = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    chunks = [received];
    head ??= headOf(received);
    if (!head || !isWhole(received, head)) return;
    const body = received.subarray(head.end);
    const ok = head.ok && body.includes(DATA) && !body.includes(ERRORS);
    chunks = [];
    size = 0;
    head = null;
    onAnswer(ok);
  });
  socket.on('error', onBroken);
  return socket;
}

/** Keeps every connection busy for the given time: closed loop, so a slow gateway gets fewer requests. */
export async function generateLoad({ target, operation: name, connections, seconds, from }: LoadAsked): Promise<LoadReply> {
  const operation = operationNamed(name);
  const { host = '127.0.0.1', ...others } = target.headers;
  const fixed = Object.entries(others).map(([header, value]) => `${header}: ${value}\r\n`);
  const start = `POST ${target.path} HTTP/1.1\r\nhost: ${host}\r\n${fixed.join('')}content-type: application/json\r\naccept: application/json\r\ncontent-length: `;
  const latencies: number[] = [];
  let next = from;
  let failures = 0;
  const begun = performance.now();
  const until = begun + seconds * 1000;

  const runConnection = (): Promise<void> =>
    new Promise((resolve, reject) => {
      let sentAt = 0;
      const send = (): void => {
        const body = bodyOf(operation, next);
        next += 1;
        sentAt = performance.now();
        socket.write(`${start}${body.length}\r\n\r\n${body}`);
      };
      const socket = openConnection(
        target.port,
        (ok) => {
          const now = performance.now();
          latencies.push(now - sentAt);
          if (!ok) failures += 1;
          if (now < until) return send();
          socket.end();
          resolve();
        },
        reject,
      );
      socket.once('connect', send);
    });
  await Promise.all(Array.from({ length: connections }, runConnection));

  const sorted = ascending(latencies);
  return {
    requests: latencies.length,
    failures,
    seconds: (performance.now() - begun) / 1000,
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
    next,
  };
}
