import { tmpdir } from 'node:os';
import path from 'node:path';
import { createDiskStore } from '../../subgraphs/_kernel/files/disk-store.js';
import { uuidv7 } from '../../subgraphs/_kernel/request/ids.js';
import { systemClock, type Clock } from '../../subgraphs/_kernel/request/clock.js';

/** Files on the disk, in a folder of the test's own. */
export const createTestFiles = (clock: Clock = systemClock) =>
  createDiskStore(
    { folder: path.join(tmpdir(), `spine-files-${uuidv7()}`), publicUrl: 'http://spine.example', secret: 'a secret of tests that is long enough' },
    clock,
  );
