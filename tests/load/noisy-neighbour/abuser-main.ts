import { createVisitor } from './ask.js';

/**
 * One company's clients that send expensive operations as fast as they are answered, from many addresses, so that
 * no limit of an address holds them; refusals are answered by the next attempt at once.
 */
const [, , url = '', slug = '', connections = '64'] = process.argv;
const EXPENSIVE =
  '{ providers(first: 100) { edges { node { id name bio workingHours { __typename } offerings { service { id name description } price { amount currency } } rating { __typename } reviews(first: 10) { edges { node { id } } } } } } services(first: 100) { edges { node { id name description } } } }';
const visitor = createVisitor(url, slug, Number(connections));
const statuses: Record<string, number> = {};
let stopped = false;

async function hammer(index: number): Promise<void> {
  for (let n = 0; !stopped; n += 1) {
    const status = await visitor.ask(EXPENSIVE, `198.51.${index}.${n % 250}`).catch(() => 0);
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
}

process.on('message', () => {
  stopped = true;
  process.send?.(statuses, () => process.exit(0));
});
for (let index = 0; index < Number(connections); index += 1) void hammer(index);
process.send?.('hammering');
