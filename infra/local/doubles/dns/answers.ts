import { AUTHORITATIVE_ANSWER, RECURSION_AVAILABLE, TRUNCATED_RESPONSE, type Answer, type Packet, type Question } from 'dns-packet';
import type { Zone, ZoneRecord } from './zone.js';

/** Low bits of the flags: what became of the question (RFC 1035, 4.1.1). */
export const RCODE = { NOERROR: 0, FORMERR: 1, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

const LONGEST_CHAIN = 8;
const LONGEST_STRING = 255;

/** A text longer than one character string goes into several (RFC 1035, 3.3.14). */
const stringsOf = (text: string): string[] => text.match(new RegExp(`[\\s\\S]{1,${LONGEST_STRING}}`, 'g')) ?? [''];

const answerOf = (record: ZoneRecord): Answer => {
  const { name } = record;
  return record.type === 'TXT'
    ? { type: 'TXT', name, ttl: 0, data: stringsOf(record.value) }
    : { type: record.type, name, ttl: 0, data: record.value };
};

/** The records that answer a question: those of the type, and the aliases on the way to them. */
export function recordsFor(zone: Zone, { name, type }: Pick<Question, 'name' | 'type'>): readonly ZoneRecord[] {
  const found: ZoneRecord[] = [];
  let asked = name;
  for (let hop = 0; hop < LONGEST_CHAIN; hop += 1) {
    const here = zone.at(asked);
    const wanted = here.filter((record) => record.type === type);
    const alias = here.find((record) => record.type === 'CNAME');
    found.push(...wanted);
    if (wanted.length > 0 || !alias) return found;
    found.push(alias);
    asked = alias.value;
  }
  return found;
}

/** What the server says to a question. */
export function replyTo(zone: Zone, query: Packet, question: Question): Packet {
  const records = recordsFor(zone, question);
  const exists = records.length > 0 || zone.at(question.name).length > 0;
  const rcode = exists ? RCODE.NOERROR : RCODE.NXDOMAIN;
  return {
    type: 'response',
    id: query.id ?? 0,
    flags: AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | rcode,
    questions: [question],
    answers: records.map(answerOf),
  };
}

/** A reply without records that says why. */
export const failure = (query: Packet, question: Question | undefined, rcode: number): Packet => ({
  type: 'response',
  id: query.id ?? 0,
  flags: RECURSION_AVAILABLE | rcode,
  questions: question ? [question] : [],
});

/** What does not fit into a datagram is asked for again over TCP. */
export const truncated = (reply: Packet): Packet => ({
  ...reply,
  flags: (reply.flags ?? 0) | TRUNCATED_RESPONSE,
  answers: [],
});
