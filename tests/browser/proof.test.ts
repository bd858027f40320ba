import { describe, expect, test } from '@jest/globals';
import { checkInclusion, rootFrom } from '../../clients/admin/src/audit/proof.js';
import { checkpointText } from '../../subgraphs/ops/audit/log/checkpoint.js';
import { hashChildren, hashLeaf, inclusionPath, type Hash, type Range } from '../../subgraphs/ops/audit/log/merkle-tree.js';
import { generateSigningKey, logVerifier, signNote, verifierText } from '../../subgraphs/ops/audit/log/signed-note.js';

const ORIGIN = 'spine.example/audit/0198';
const key = generateSigningKey();
const verifierKey = verifierText(logVerifier(ORIGIN, key.publicKey));
const idOf = (n: number): string => `01980000-0000-7000-8000-${String(n).padStart(12, '0')}`;
const leafOf = (n: number): string => JSON.stringify({ id: idOf(n), meta: { n } });

function hashOf({ from, to }: Range): Hash {
  if (to - from === 1) return hashLeaf(Buffer.from(leafOf(from)));
  let split = 1;
  while (split * 2 < to - from) split *= 2;
  return hashChildren(hashOf({ from, to: from + split }), hashOf({ from: from + split, to }));
}

const proofOf = (leafIndex: number, size: number) => {
  const root = hashOf({ from: 0, to: size });
  const note = signNote(checkpointText({ origin: ORIGIN, size, root }), ORIGIN, key);
  return {
    leafIndex,
    leaf: leafOf(leafIndex),
    hashes: inclusionPath(leafIndex, size).map((range) => hashOf(range).toString('base64')),
    checkpoint: { size, rootHash: root.toString('base64'), note },
  };
};

const asked = (n: number) => ({ entryId: idOf(n).replaceAll('-', ''), origin: ORIGIN, verifierKey });

describe("the dashboard's own reckoning of a proof", () => {
  test('comes to the root of the platform from every leaf of every small tree', async () => {
    for (let size = 1; size <= 17; size += 1) {
      const root = hashOf({ from: 0, to: size }).toString('base64');
      for (let leaf = 0; leaf < size; leaf += 1) {
        const { hashes } = proofOf(leaf, size);
        expect([size, leaf, await rootFrom(leafOf(leaf), leaf, size, hashes)]).toEqual([size, leaf, root]);
      }
    }
  });

  test('holds for an entry under a head that the log has signed', async () => {
    await expect(checkInclusion(proofOf(5, 11), asked(5))).resolves.toMatchObject({ holds: true, size: 11 });
  });

  test('does not hold for an entry that was changed, another entry, another log or a forged head', async () => {
    const proof = proofOf(5, 11);
    const changed = { ...proof, leaf: proof.leaf.replace('"n":5', '"n":6') };
    await expect(checkInclusion(changed, asked(5))).resolves.toMatchObject({ holds: false, why: expect.stringContaining('root') });
    await expect(checkInclusion(proof, asked(6))).resolves.toMatchObject({ holds: false, why: expect.stringContaining('another entry') });
    await expect(checkInclusion(proof, { ...asked(5), origin: 'elsewhere' })).resolves.toMatchObject({ holds: false });
    const forger = verifierText(logVerifier(ORIGIN, generateSigningKey().publicKey));
    await expect(checkInclusion(proof, { ...asked(5), verifierKey: forger })).resolves.toMatchObject({
      holds: false,
      why: expect.stringContaining('signature'),
    });
  });

  test('does not hold with a sibling too few or too many', async () => {
    const proof = proofOf(5, 11);
    const [first = ''] = proof.hashes;
    await expect(checkInclusion({ ...proof, hashes: proof.hashes.slice(1) }, asked(5))).resolves.toMatchObject({ holds: false });
    await expect(checkInclusion({ ...proof, hashes: [...proof.hashes, first] }, asked(5))).resolves.toMatchObject({ holds: false });
  });
});
