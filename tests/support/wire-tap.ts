import { createServer, connect, type AddressInfo, type Socket } from 'node:net';

export interface WireTap {
  /** Where to connect in place of the server. */
  readonly url: string;
  /** All that clients have sent so far, WebSocket messages unmasked. */
  sent(): string;
  stop(): Promise<void>;
}

/** The texts of the WebSocket frames a client sent after its handshake; what is not there yet is left out. */
function textsOfFrames(bytes: Buffer): string {
  let texts = '';
  for (let at = 0; at + 6 <= bytes.length; ) {
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    if (short === 127) throw new Error('A frame of this length is not expected here');
    const [length, maskAt] = short === 126 ? [bytes.readUInt16BE(at + 2), at + 4] : [short, at + 2];
    const start = maskAt + 4;
    if (start + length > bytes.length) break;
    const text = Buffer.alloc(length);
    for (let index = 0; index < length; index += 1) text[index] = (bytes[start + index] ?? 0) ^ (bytes[maskAt + (index % 4)] ?? 0);
    texts += text.toString('utf8');
    at = start + length;
  }
  return texts;
}

function textOf(bytes: Buffer): string {
  const end = bytes.indexOf('\r\n\r\n');
  const head = bytes.subarray(0, end + 4).toString('latin1');
  return /^upgrade: websocket/im.test(head) ? head + textsOfFrames(bytes.subarray(end + 4)) : bytes.toString('utf8');
}

/** Stands between clients and a server and keeps what clients say. */
export async function startWireTap(serverUrl: string): Promise<WireTap> {
  const { hostname, port } = new URL(serverUrl);
  const connections: Buffer[][] = [];
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const chunks: Buffer[] = [];
    connections.push(chunks);
    const upstream = connect(Number(port), hostname);
    client.on('data', (chunk) => chunks.push(chunk));
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent: () => connections.map((chunks) => textOf(Buffer.concat(chunks))).join('\n'),
    async stop() {
      for (const socket of open) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
