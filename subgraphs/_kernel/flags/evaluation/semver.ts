interface Version {
  readonly numbers: readonly [number, number, number];
  readonly prerelease: readonly string[];
}

const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:[0-9A-Za-z-]+)(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$/;

/** @returns null for text that is no version */
function parse(text: string): Version | null {
  const found = SEMVER.exec(text.trim());
  if (!found) return null;
  const [, major, minor, patch, prerelease] = found;
  return {
    numbers: [Number(major), Number(minor), Number(patch)],
    prerelease: prerelease === undefined ? [] : prerelease.split('.'),
  };
}

const NUMERIC = /^\d+$/;

function compareIdentifiers(left: string, right: string): number {
  const [leftIsNumber, rightIsNumber] = [NUMERIC.test(left), NUMERIC.test(right)];
  if (leftIsNumber && rightIsNumber) return Math.sign(Number(left) - Number(right));
  if (leftIsNumber !== rightIsNumber) return leftIsNumber ? -1 : 1;
  return left === right ? 0 : left < right ? -1 : 1;
}

function comparePrereleases(left: readonly string[], right: readonly string[]): number {
  // What is released comes after everything before it.
  if (left.length === 0 || right.length === 0) return Math.sign(right.length - left.length);
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const [one, other] = [left[at], right[at]];
    if (one === undefined || other === undefined) return one === undefined ? -1 : 1;
    const order = compareIdentifiers(one, other);
    if (order !== 0) return order;
  }
  return 0;
}

/** Negative, 0 or positive by the precedence of semantic versions; null when one of them is none. */
export function compareVersions(left: string, right: string): number | null {
  const [one, other] = [parse(left), parse(right)];
  if (!one || !other) return null;
  for (const at of [0, 1, 2] as const) {
    const order = Math.sign(one.numbers[at] - other.numbers[at]);
    if (order !== 0) return order;
  }
  return comparePrereleases(one.prerelease, other.prerelease);
}
