import { request } from 'node:http';
import type { Listening } from './contestants/contestant.js';
import { bodyOf, type BenchOperation } from './operations.js';

const post = ({ port, path, headers }: Listening, body: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const outgoing = request(
      { host: '127.0.0.1', port, path, method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/json', ...headers } },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(Buffer.concat(chunks).toString()));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });

/** The data of an answer, byte for byte. @throws when there is an error in it */
export async function dataOf(target: Listening, operation: BenchOperation, number: number): Promise<string> {
  const text = await post(target, bodyOf(operation, number));
  const answer = JSON.parse(text) as { readonly data?: unknown; readonly errors?: unknown };
  if (answer.errors !== undefined || !answer.data) throw new Error(`answered ${text.slice(0, 300)}`);
  return JSON.stringify(answer.data);
}

/**
 * Compares everyone's answers to some requests of an operation with the first one's.
 * @throws when one differs: what answers differently is not compared
 */
export async function requireEqualAnswers(
  targets: ReadonlyMap<string, Listening>,
  operation: BenchOperation,
  numbers: readonly number[],
): Promise<number> {
  let bytes = 0;
  for (const number of numbers) {
    let expected: string | null = null;
    for (const [name, target] of targets) {
      const data: string = await dataOf(target, operation, number).catch((error: unknown) => {
        throw new Error(`${name}, ${operation.name} ${number}: ${error instanceof Error ? error.message : String(error)}`);
      });
      expected ??= data;
      if (data !== expected) throw new Error(`${name} answers ${operation.name} ${number} differently from the first`);
      bytes = data.length;
    }
  }
  return bytes;
}
