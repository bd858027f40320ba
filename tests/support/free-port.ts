import { once } from 'node:events';
import { createServer } from 'node:net';

// Below the ports that the kernel gives to outgoing connections: one of those may be taken again at any moment
// between being found free and being listened on. Processes that run side by side begin at other places.
const LOWEST = 20_000;
const RANGE = 1_200;
const RANGES = 10;

let next = Math.floor(Math.random() * RANGE);

async function isFree(port: number): Promise<boolean> {
  const probe = createServer().listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch {
    return false;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}

/** A port of 127.0.0.1 that nobody listens on at this moment, and that nobody is given by chance. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < RANGE; tries += 1) {
    next = (next + 1) % RANGE;
    const port = LOWEST + (process.pid % RANGES) * RANGE + next;
    if (await isFree(port)) return port;
  }
  throw new Error(`None of ${RANGE} ports is free`);
}
