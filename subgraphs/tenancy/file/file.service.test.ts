import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startS3Double, type S3Double } from '../../../infra/local/doubles/s3/s3-double.js';
import { ACME, contextFor, createTestClock, GLOBEX, memberOf, startTestRuntime, type TestRuntime } from '../../../tests/support/runtime.js';
import { compiledPolicy, enforcePolicies, listsAgreeWithDecisions } from '../../../tests/support/policies.js';
import { createDiskStore } from '../../_kernel/files/disk-store.js';
import type { ObjectStore } from '../../_kernel/files/object-store.js';
import { createS3Store } from '../../_kernel/files/s3-store.js';
import { policiesAbout, USERS } from '../../_kernel/policy/support/random-policies.js';
import { uuidv7 } from '../../_kernel/request/ids.js';
import type { FileEvents } from './events.js';
import { fileResource, filesLeftBy } from './file-policy.js';
import { createFileService, type AnnouncedFile, type FileService } from './file.service.js';
import type { FileRow } from './file.store.js';

const PDF = Buffer.from('%PDF-1.7 a contract');
const EICAR = Buffer.from('%PDF-1.7 X5O!P%@AP EICAR-STANDARD-ANTIVIRUS-TEST-FILE');
const PDF_TYPE = 'application/pdf';
const HOUR = 60 * 60_000;

const clock = createTestClock();

interface Place {
  readonly store: ObjectStore;
  stop(): Promise<void>;
}

async function s3(): Promise<Place> {
  const double: S3Double = await startS3Double(() => clock.now().getTime());
  const { endpoint, bucket, keys } = double;
  return { store: createS3Store({ endpoint, bucket, ...keys }, clock), stop: () => double.stop() };
}

/** The disk, with its door behind a server as the gateway is one. */
async function disk(): Promise<Place> {
  const folder = await mkdtemp(path.join(tmpdir(), 'spine-files-'));
  const door: { store?: ReturnType<typeof createDiskStore> } = {};
  const server: Server = createServer((message, response) => {
    void door.store?.answer(message).then(async ({ status, headers, body, stream }) => {
      response.writeHead(status, message.complete ? { ...headers } : { ...headers, connection: 'close' });
      if (stream) await stream(response);
      else response.end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const store = createDiskStore({ folder, publicUrl, secret: 'a secret of tests that is long enough' }, clock);
  door.store = store;
  return {
    store,
    async stop() {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true });
    },
  };
}

describe.each([
  ['an S3 server', s3],
  ['the disk', disk],
] as const)('files on %s', (_where, start) => {
  let runtime: TestRuntime;
  let place: Place;
  let files: FileService;
  const ines = contextFor(ACME, memberOf(['files:create']), clock);
  const other = contextFor(ACME, memberOf(['files:create']), clock);
  const owner = contextFor(ACME, memberOf(['files:read', 'files:create', 'files:delete'], { roles: ['OWNER'] }), clock);
  const stranger = contextFor(GLOBEX, memberOf(['files:read', 'files:create', 'files:delete'], { roles: ['OWNER'] }), clock);

  beforeAll(async () => {
    [runtime, place] = await Promise.all([startTestRuntime({ clock }), start()]);
    const { tenants, platform } = runtime.database;
    files = createFileService({
      tenants,
      platform,
      outbox: runtime.outbox.for<FileEvents>(),
      store: place.store,
      scanner: {
        async scan(_file, bytes) {
          const chunks: Buffer[] = [];
          for await (const chunk of await bytes()) chunks.push(chunk as Buffer);
          return Buffer.concat(chunks).includes('EICAR') ? 'It holds a virus' : null;
        },
      },
      policies: runtime.policies,
    });
  });
  afterAll(async () => {
    await place.stop();
    await runtime.stop();
  });

  const announce = (over: object = {}, context = ines) =>
    files.announce(context, { purpose: 'DOCUMENT', name: 'Vertrag "ä".pdf', contentType: PDF_TYPE, size: PDF.length, ...over });
  const put = ({ upload }: AnnouncedFile, body: Buffer = PDF, headers: Readonly<Record<string, string>> = {}): Promise<number> => {
    // The client writes the length itself.
    const given = Object.fromEntries(Object.entries(upload.headers).filter(([name]) => name !== 'content-length'));
    return fetch(upload.url, { method: upload.method, headers: { ...given, ...headers }, body: new Uint8Array(body) }).then(({ status }) => status);
  };
  const uploaded = async (body: Buffer = PDF, over: object = {}): Promise<FileRow> => {
    const announced = await announce({ size: body.length, ...over });
    expect(await put(announced, body)).toBe(200);
    return files.complete(ines, announced.file.id);
  };
  const show = async (url: string | null): Promise<Response> => fetch(url ?? 'http://nowhere.invalid');

  it('go up and down by links, and are saved under their name and never shown', async () => {
    const file = await uploaded();
    expect(file).toMatchObject({ status: 'READY', reason: null });
    expect(file.objectKey.startsWith(`${ACME.id}/document/`)).toBe(true);
    const response = await show(await files.linkTo(file));
    expect(Buffer.from(await response.arrayBuffer())).toEqual(PDF);
    expect(response.headers.get('content-type')).toBe(PDF_TYPE);
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="Vertrag ___.pdf"; filename*=UTF-8''Vertrag%20%22%C3%A4%22.pdf`);
  });

  it('are taken only as long and of the type that was announced', async () => {
    const announced = await announce();
    expect(await put(announced, Buffer.concat([PDF, PDF]))).toBeGreaterThanOrEqual(400);
    expect(await put(announced, PDF.subarray(3))).toBeGreaterThanOrEqual(400);
    expect(await put(announced, PDF, { 'content-type': 'text/html' })).toBeGreaterThanOrEqual(400);
    await expect(files.complete(ines, announced.file.id)).rejects.toThrow('Nothing has been uploaded yet');
    expect(await put(announced)).toBe(200);
  });

  it('are refused when they are not what they say, or something harmful is found, and are kept no longer', async () => {
    const page = await uploaded(Buffer.from('<script>alert(1)</script>'));
    expect(page).toMatchObject({ status: 'REFUSED', reason: 'It is not application/pdf, whatever it says' });
    const virus = await uploaded(EICAR);
    expect(virus).toMatchObject({ status: 'REFUSED', reason: 'It holds a virus' });
    for (const file of [page, virus]) {
      expect(await files.linkTo(file)).toBeNull();
      expect(await place.store.stat(file.objectKey)).toBeNull();
    }
  });

  it('cannot be changed any more once they were looked at, though the link is still good', async () => {
    const announced = await announce({ size: EICAR.length });
    const harmless = Buffer.concat([PDF, Buffer.alloc(EICAR.length - PDF.length)]);
    expect(await put(announced, harmless)).toBe(200);
    const file = await files.complete(ines, announced.file.id);
    expect(await put(announced, EICAR)).toBe(200);
    expect(Buffer.from(await (await show(await files.linkTo(file))).arrayBuffer())).toEqual(harmless);
    expect(await files.complete(ines, file.id)).toMatchObject({ status: 'READY' });
  });

  it('are reached by no link that was changed, is used for something else, or is over', async () => {
    const announced = await announce();
    const file = await uploaded();
    const link = (await files.linkTo(file)) ?? '';
    const at = link.length - 5;
    const altered = `${link.slice(0, at)}${link[at] === 'a' ? 'b' : 'a'}${link.slice(at + 1)}`;
    expect((await show(altered)).status).toBeGreaterThanOrEqual(400);
    expect((await show(announced.upload.url)).status).toBeGreaterThanOrEqual(400);
    expect((await fetch(link, { method: 'PUT', body: 'x' })).status).toBeGreaterThanOrEqual(400);
    clock.advance(5 * 60_000 + 1_000);
    expect((await show(link)).status).toBe(403);
    clock.advance(10 * 60_000);
    expect(await put(announced)).toBe(403);
  });

  it('of another company are the same as none, and of a colleague too without the permission', async () => {
    const file = await uploaded();
    for (const context of [stranger, other]) {
      expect(await files.find(context, file.id)).toBeNull();
      await expect(files.remove(context, file.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(files.complete(context, file.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect((await files.list(context, {})).edges).toEqual([]);
    }
    expect(await files.find(owner, file.id)).toMatchObject({ id: file.id });
    await expect(announce({}, contextFor(ACME, memberOf([]), clock))).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(announce({}, contextFor(ACME))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });

  it.each([
    [{ contentType: 'text/html' }, 'contentType: must be one of application/pdf, image/png, image/jpeg'],
    [{ size: 25_000_001 }, 'size: must be at most 25000000'],
    [{ size: 0 }, 'size: must be at least 1'],
    [{ name: 'a\nb' }, 'name: must not contain control characters'],
    [{ purpose: 'SECRET' }, 'purpose: '],
  ])('are not announced as %j', async (over, message) => {
    await expect(announce(over)).rejects.toThrow(message);
  });

  it('are shown and deleted as policies leave it, in lists as one by one', async () => {
    const hers = await uploaded();
    const deny = (action: 'file:read' | 'file:delete') =>
      compiledPolicy({
        description: 'No documents of others',
        effect: 'DENY',
        actions: [action],
        resources: ['StoredFile'],
        principals: { roles: [], families: [], users: [] },
        conditions: [{ attribute: 'resource.ownerId', operator: 'NOT_EQUALS', otherAttribute: 'user.id' }],
      });
    const listed = async (context = owner) => (await files.list(context, { first: 500 })).edges.map(({ node }) => node.id);
    await enforcePolicies(runtime, ACME, [deny('file:delete')]);
    expect(await files.find(owner, hers.id)).toMatchObject({ id: hers.id });
    await expect(files.remove(owner, hers.id)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await enforcePolicies(runtime, ACME, [deny('file:read')]);
    expect(await files.find(owner, hers.id)).toBeNull();
    expect(await listed()).not.toContain(hers.id);
    await expect(files.remove(owner, hers.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await listed(ines)).toContain(hers.id);

    const db = runtime.database.tenants.of({ tenant: ACME });
    const createdAt = new Date('2027-01-11T09:00:00Z');
    const rows = await Promise.all(
      Array.from({ length: 18 }, (_none, at) =>
        db.storedFile.create({
          data: {
            ...hers,
            clearAt: null,
            id: uuidv7(),
            objectKey: `${hers.objectKey}-${at}`,
            purpose: at % 2 === 0 ? 'DOCUMENT' : 'IMAGE',
            contentType: at % 3 === 0 ? PDF_TYPE : 'image/png',
            size: (at % 4) + 1,
            uploadedBy: [...USERS, null][at % 4] ?? null,
            createdAt: at % 5 === 0 ? createdAt : new Date('2027-01-12T09:00:00Z'),
          },
        }),
      ),
    );
    await listsAgreeWithDecisions({
      action: 'file:read',
      documents: policiesAbout('StoredFile', 'file:read', {
        purpose: ['DOCUMENT', 'IMAGE'],
        contentType: [PDF_TYPE, 'image/png'],
        size: [1, 2, 4],
        createdAt: [createdAt.toISOString()],
      }),
      resources: rows.map(fileResource),
      async left(filter) {
        const where = { AND: [{ id: { in: rows.map(({ id }) => id) } }, filesLeftBy(filter)] };
        return (await db.storedFile.findMany({ where, select: { id: true } })).map(({ id }) => id);
      },
    });
    await enforcePolicies(runtime, ACME, []);
    await db.storedFile.deleteMany({ where: { id: { in: rows.map(({ id }) => id) } } });
  });

  it('are cleared away when they were deleted or never came, and not too many are awaited', async () => {
    const file = await uploaded();
    const awaited = await announce({}, other);
    await put(awaited);
    for (let at = 1; at < 20; at += 1) await announce({}, other);
    await expect(announce({}, other)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    await files.remove(ines, file.id);
    expect(await files.find(owner, file.id)).toBeNull();
    clock.advance(HOUR);
    for (let round = 0; round < 3; round += 1) await files.clear({ clock, logger: runtime.logger });
    expect(await place.store.stat(file.objectKey)).toBeNull();
    expect(await place.store.stat(`${awaited.file.objectKey}.incoming`)).toBeNull();
    expect(await files.find(other, awaited.file.id)).toBeNull();
    await expect(announce({}, other)).resolves.toBeDefined();
  });
});

describe('a key of an object', () => {
  it('leads nowhere else', async () => {
    const opened = await disk();
    for (const key of ['../etc/passwd', 'a/../../b', '/etc/passwd', 'a', 'a/b\0']) {
      await expect(opened.store.stat(key)).rejects.toThrow('Not a key');
    }
    await opened.stop();
  });
});
