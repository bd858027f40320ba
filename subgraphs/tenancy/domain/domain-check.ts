import type { DnsAnswer, DnsReader } from './dns-reader.js';
import { ownershipRecordOf, type DomainProblem } from './domain.js';

const LONGEST_CHAIN = 8;

/** What the DNS says about a host. */
export interface FoundRecords {
  /** Whatever stands where the ownership of a host is shown. */
  readonly ownership: DnsAnswer;
  /** Whether requests for the host come here. */
  readonly routing: 'right' | 'wrong' | 'missing' | 'no answer';
}

const nameOf = (value: string): string => value.toLowerCase().replace(/\.$/, '');

/** A zone's apex can have no CNAME: there, the target's own addresses stand for it. */
async function routingByAddress(dns: DnsReader, host: string, target: string): Promise<FoundRecords['routing']> {
  const [own, wanted] = await Promise.all([dns.addresses(host), dns.addresses(target)]);
  if (own.kind === 'none') return 'missing';
  if (own.kind === 'no answer' || wanted.kind === 'no answer') return 'no answer';
  const isOurs = wanted.kind === 'found' && own.values.every((address) => wanted.values.includes(address));
  return isOurs ? 'right' : 'missing';
}

async function routingOf(dns: DnsReader, host: string, target: string): Promise<FoundRecords['routing']> {
  let name = host;
  for (let hop = 0; hop < LONGEST_CHAIN; hop += 1) {
    const alias = await dns.alias(name);
    if (alias.kind === 'no answer') return 'no answer';
    if (alias.kind === 'none') return hop === 0 ? routingByAddress(dns, host, target) : 'wrong';
    const [next] = alias.values;
    if (next === undefined) return 'wrong';
    name = nameOf(next);
    if (name === target) return 'right';
  }
  return 'wrong';
}

/** Asks the DNS about a host. @param target where its requests have to lead */
export async function findRecords(dns: DnsReader, host: string, target: string): Promise<FoundRecords> {
  const [ownership, routing] = await Promise.all([
    dns.texts(ownershipRecordOf(host, '').name),
    routingOf(dns, host, target),
  ]);
  return { ownership, routing };
}

/** Whether what was found shows that a host belongs to whoever was given the token. */
export const showsOwnership = ({ ownership }: FoundRecords, host: string, token: string): boolean =>
  ownership.kind === 'found' && ownership.values.includes(ownershipRecordOf(host, token).value);

const ROUTING_PROBLEMS = { wrong: 'CNAME_WRONG', missing: 'CNAME_MISSING', 'no answer': 'NO_ANSWER' } as const;

/** What is wrong with the records of a host; null when both are as they have to be. What is known comes first. */
export function problemOf(found: FoundRecords, host: string, token: string): DomainProblem | null {
  const { ownership, routing } = found;
  if (ownership.kind === 'none') return 'TXT_MISSING';
  if (ownership.kind === 'found' && !showsOwnership(found, host, token)) return 'TXT_WRONG';
  if (routing !== 'right') return ROUTING_PROBLEMS[routing];
  return ownership.kind === 'no answer' ? 'NO_ANSWER' : null;
}
