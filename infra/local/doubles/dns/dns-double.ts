import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, type Server, type Socket as Connection } from 'node:net';
import { decode, encode, streamEncode, type Packet, type Question } from 'dns-packet';
import { failure, RCODE, replyTo, truncated } from './answers.js';
import { createZone, type Zone } from './zone.js';

/** How questions about a name, and what is under it, are mistreated. */
export type Misbehaviour =
  | { readonly kind: 'servfail' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'silence' }
  /** Bytes that are no reply. */
  | { readonly kind: 'garbage' }
  /** A reply to a question that was not asked. */
  | { readonly kind: 'other question' }
  /** As if the reply did not fit into a datagram. */
  | { readonly kind: 'truncated' };

export interface AskedQuestion {
  readonly name: string;
  readonly type: string;
  readonly over: 'udp' | 'tcp';
}

/** DNS's counterpart on this machine: a real server, over UDP and TCP, of whatever names it is given. */
export interface DnsDouble {
  /** `127.0.0.1:<port>`, as DNS_SERVERS takes it. */
  readonly server: string;
  readonly zone: Zone;
  /** Every question so far, oldest first. */
  readonly asked: readonly AskedQuestion[];
  /** Until `behave`. */
  misbehave(name: string, how: Misbehaviour): void;
  behave(): void;
  stop(): Promise<void>;
}

const LARGEST_DATAGRAM = 512;
const LENGTH_BYTES = 2;
const ATTEMPTS = 20;

const isUnder = (name: string, top: string): boolean => name === top || name.endsWith(`.${top}`);

/** The same port for both protocols, which the system gives for one at a time. */
async function listen(onDatagram: (socket: Socket) => void, server: Server): Promise<{ udp: Socket; port: number }> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const udp = createSocket('udp4');
    onDatagram(udp);
    udp.bind(0, '127.0.0.1');
    await once(udp, 'listening');
    const { port } = udp.address();
    server.listen(port, '127.0.0.1');
    const taken = await once(server, 'listening').then(
      () => false,
      () => true,
    );
    if (!taken) return { udp, port };
    udp.close();
  }
  throw new Error('No port is free for both UDP and TCP');
}

export async function startDnsDouble(): Promise<DnsDouble> {
  const zone = createZone();
  const asked: AskedQuestion[] = [];
  const misbehaviours = new Map<string, Misbehaviour>();
  const connections = new Set<Connection>();

  const misbehaviourFor = ({ name }: Question): Misbehaviour | undefined =>
    [...misbehaviours].find(([top]) => isUnder(name.toLowerCase(), top))?.[1];

  /** The reply to a message; null for silence. */
  const replyFor = (message: Buffer, over: 'udp' | 'tcp'): Packet | 'garbage' | null => {
    const query = decode(message);
    const question = query.questions?.[0];
    if (!question) return failure(query, undefined, RCODE.FORMERR);
    asked.push({ name: question.name, type: question.type, over });
    const reply = replyTo(zone, query, question);
    switch (misbehaviourFor(question)?.kind) {
      case 'servfail':
        return failure(query, question, RCODE.SERVFAIL);
      case 'refused':
        return failure(query, question, RCODE.REFUSED);
      case 'silence':
        return null;
      case 'garbage':
        return 'garbage';
      case 'other question':
        return { ...reply, questions: [{ ...question, name: `not-${question.name}` }] };
      case 'truncated':
        return over === 'udp' ? truncated(reply) : reply;
      case undefined:
        return over === 'udp' && encode(reply).length > LARGEST_DATAGRAM ? truncated(reply) : reply;
    }
  };

  const answerDatagrams = (socket: Socket): void => {
    socket.on('message', (message, from) => {
      const reply = replyFor(message, 'udp');
      if (reply === null) return;
      socket.send(reply === 'garbage' ? Buffer.from('no reply') : encode(reply), from.port, from.address);
    });
  };

  const server = createServer((connection) => {
    connections.add(connection);
    let received = Buffer.alloc(0);
    connection.on('close', () => connections.delete(connection));
    connection.on('error', () => connection.destroy());
    connection.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= LENGTH_BYTES && received.length >= LENGTH_BYTES + received.readUInt16BE(0)) {
        const end = LENGTH_BYTES + received.readUInt16BE(0);
        const reply = replyFor(received.subarray(LENGTH_BYTES, end), 'tcp');
        received = received.subarray(end);
        if (reply === 'garbage') connection.end('no reply');
        else if (reply) connection.write(streamEncode(reply));
      }
    });
  });

  const { udp, port } = await listen(answerDatagrams, server);

  return {
    server: `127.0.0.1:${port}`,
    zone,
    asked,
    misbehave: (name, how) => void misbehaviours.set(name.toLowerCase(), how),
    behave: () => misbehaviours.clear(),
    async stop() {
      const ended = Promise.all([once(udp, 'close'), once(server, 'close')]);
      udp.close();
      server.close();
      for (const connection of connections) connection.destroy();
      await ended;
    },
  };
}
