import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from '../../subgraphs/_kernel/http/read-body.js';
import { cosign, generateSigningKey, verifierText, witnessVerifier, type Verifier } from '../../subgraphs/ops/audit/log/signed-note.js';
import { parseAddCheckpoint, refusalOf, type Witnessed } from '../../subgraphs/ops/audit/witness/witness.js';

/** What a witness does wrong with one request. */
export type Misbehaviour =
  /** Never answers. */
  | 'silence'
  /** Answers 500. */
  | 'failure'
  /** Signs with a key that is not the one it has published. */
  | 'wrong key'
  /** Signs another head than the one it was shown. */
  | 'another head'
  /** Keeps the head, and hangs up before it has answered. */
  | 'lost answer'
  /** Says that it has seen far more. */
  | 'split view';

export interface TestWitness {
  readonly url: string;
  readonly name: string;
  readonly verifierKey: string;
  readonly verifier: Verifier;
  /** Sizes of the heads that it was shown, of whatever log, in the order of the requests. */
  readonly shown: readonly number[];
  /** What it does with the next requests, one each. */
  misbehave(...next: readonly Misbehaviour[]): void;
  /** Does nothing wrong any more. */
  behave(): void;
  stop(): Promise<void>;
}

/** A witness on a socket of this machine (C2SP tlog-witness), which misbehaves when it is told to. @param knows a log's key by its origin */
export async function startTestWitness(knows: (origin: string) => Verifier | null): Promise<TestWitness> {
  const name = 'witness.example';
  const key = generateSigningKey();
  const verifier = witnessVerifier(name, key.publicKey);
  const shown: number[] = [];
  const seen = new Map<string, Witnessed>();
  const toCome: Misbehaviour[] = [];

  const end = (response: ServerResponse, status: number, body = ''): void => void response.writeHead(status).end(body);

  const answer = (response: ServerResponse, body: string): void => {
    const wrong = toCome.shift();
    const asked = parseAddCheckpoint(body);
    if (!asked) return end(response, 400);
    const { head, note } = asked;
    shown.push(head.size);
    if (wrong === 'silence') return;
    if (wrong === 'failure') return end(response, 500, 'out of order');
    if (wrong === 'split view') return end(response, 409, '1000000\n');
    const log = knows(head.origin);
    if (!log) return end(response, 404);
    const last = seen.get(head.origin) ?? { size: 0, root: null };
    const refused = refusalOf(asked, log, last);
    if (refused !== null) return end(response, refused, refused === 409 ? `${last.size}\n` : '');
    const signedBy = wrong === 'wrong key' ? generateSigningKey() : key;
    const text = wrong === 'another head' ? note.text.replace(`\n${head.size}\n`, `\n${head.size + 1}\n`) : note.text;
    // Whoever signs something else has not seen this head.
    if (wrong === undefined || wrong === 'lost answer') seen.set(head.origin, { size: head.size, root: head.root });
    if (wrong === 'lost answer') return void response.destroy();
    end(response, 200, cosign(text, name, signedBy, new Date()));
  };

  const server = createServer((request, response) => {
    readBody(request, 64_000).then(
      (body) => answer(response, Buffer.from(body).toString('utf8')),
      () => end(response, 413),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/add-checkpoint`,
    name,
    verifier,
    verifierKey: verifierText(verifier),
    shown,
    misbehave: (...next) => void toCome.push(...next),
    behave: () => void toCome.splice(0),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
