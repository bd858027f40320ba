import { createHash } from 'node:crypto';

/** An error as somebody tells of it. */
export interface ReportedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
}

/** What errors have in common that are the same one. It holds nothing of whoever met with it. */
export interface Failure {
  readonly fingerprint: string;
  readonly name: string;
  readonly message: string;
  readonly place: string;
}

const NAME_LENGTH = 100;
const MESSAGE_LENGTH = 300;

/** What differs from one error to the next: addresses, what is quoted, ids and numbers. */
const PARTICULARS: readonly (readonly [RegExp, string])[] = [
  [/[^\s<>"']+@[^\s<>"']+/g, '<address>'],
  [/https?:\/\/[^\s"']+/g, '<url>'],
  [/"[^"]{0,200}"|'[^']{0,200}'|`[^`]{0,200}`/g, '<text>'],
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b(?=\w*\d)\w{12,}\b/g, '<id>'],
  [/\d+/g, '<n>'],
];

const withoutParticulars = (text: string): string =>
  PARTICULARS.reduce((left, [what, word]) => left.replace(what, word), text.slice(0, 2_000)).slice(0, MESSAGE_LENGTH);

/** Function and file of the innermost call, without the line, which moves with every release. */
function placeIn(stack: string): string {
  const frame = /^\s*(?:at\s+(.+)|([^\n]*@[^\n]+))$/m.exec(stack.slice(0, 4_000));
  const call = frame?.[1] ?? frame?.[2] ?? '';
  const file = /([\w.-]+\.\w+)(?:[?:][^)]*)?\)?$/.exec(call)?.[1] ?? '';
  const name = /^(?:async )?([\w.$<> ]+?)(?: \(|@)/.exec(call)?.[1] ?? '';
  // Built files are called by what is in them, which is another with every release.
  const stable = file.replace(/[-.]\w{6,}(?=\.\w+$)/, '').replaceAll(/\d+/g, '<n>');
  return `${name} ${stable}`.trim().slice(0, NAME_LENGTH);
}

/** @param source who met with it: `client`, or the name of a subgraph */
export function failureOf(source: string, error: ReportedError): Failure {
  const name = withoutParticulars(error.name).slice(0, NAME_LENGTH);
  const message = withoutParticulars(error.message.split('\n')[0] ?? '');
  const place = placeIn(error.stack);
  const fingerprint = createHash('sha256').update(JSON.stringify([source, name, message, place])).digest('hex').slice(0, 32);
  return { fingerprint, name, message, place };
}
