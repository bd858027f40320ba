import { readFile } from 'node:fs/promises';
import type { Profiler } from 'node:inspector';

const IDLE = ['(idle)', '(root)'];

/** The functions in which a profile spent most time of their own, as lines to print. */
export async function topSelfTimes(file: string, count: number): Promise<readonly string[]> {
  const profile = JSON.parse(await readFile(file, 'utf8')) as Profiler.Profile;
  const nodes = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const spent = new Map<string, number>();
  let busy = 0;
  profile.samples?.forEach((id, index) => {
    const frame = nodes.get(id);
    if (!frame || IDLE.includes(frame.functionName)) return;
    const microseconds = profile.timeDeltas?.[index] ?? 0;
    const place = frame.url.split('/').slice(-2).join('/');
    const name = `${frame.functionName || '(anonymous)'} ${place}${place ? `:${frame.lineNumber + 1}` : ''}`;
    spent.set(name, (spent.get(name) ?? 0) + microseconds);
    busy += microseconds;
  });
  return [...spent]
    .sort(([, one], [, other]) => other - one)
    .slice(0, count)
    .map(([name, microseconds]) => `${((microseconds / busy) * 100).toFixed(1).padStart(6)} %  ${name}`);
}
