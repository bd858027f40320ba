/** Words that make a name a secret's wherever they stand in it: `newPassword2`, `access_token`, `x-otp`. */
const SECRET_WORDS = new Set([
  'authorization',
  'bearer',
  'csc',
  'cvc',
  'cvv',
  'hotp',
  'jwt',
  'mnemonic',
  'otp',
  'pan',
  'pin',
  'pwd',
  'ssn',
  'totp',
]);

/** The same for names written without a boundary between their words: `accesstoken`, `clientsecret`, `xapikey`. */
const SECRET_RUN_TOGETHER = [
  /^(?:password|passwd|passphrase|passcode)/,
  /(?:password|passwd|pwd|passphrase|passcode|secret|token|cookie|credential)s?$/,
  /(?:api|private|access|secret|signing|encryption|decryption|master)keys?$/,
  /(?:otp|mfa|recovery|backup|verification)codes?$/,
  /cardn(?:o|um|umber)s?$/,
];

/** A bare `key`, `code` or `number` is harmless; after one of these words it is not. */
const SECRET_AFTER: Readonly<Record<string, ReadonlySet<string>>> = {
  key: new Set([
    'access',
    'aes',
    'api',
    'auth',
    'decryption',
    'encryption',
    'hmac',
    'master',
    'private',
    'rsa',
    'secret',
    'service',
    'session',
    'shared',
    'signing',
    'ssh',
  ]),
  code: new Set([
    'auth',
    'backup',
    'login',
    'mfa',
    'recovery',
    'reset',
    'security',
    'sms',
    'time',
    'verification',
  ]),
  number: new Set(['card']),
  no: new Set(['card']),
  num: new Set(['card']),
  card: new Set(['credit', 'debit']),
};

/** A name that ends so tells about a secret without being one: `tokenId`, `passwordChangedAt`, `otpMethod`. */
const TELLING_ABOUT = new Set([
  'algorithm',
  'at',
  'brand',
  'count',
  'decision',
  'enabled',
  'expires',
  'expiry',
  'id',
  'ids',
  'in',
  'kind',
  'last',
  'length',
  'method',
  'name',
  'outcome',
  'policy',
  'reason',
  'required',
  'state',
  'status',
  'ttl',
  'type',
  'used',
  'version',
]);

const MAX_NAME_LENGTH = 200;

function wordsOf(name: string): readonly string[] {
  return name
    .slice(0, MAX_NAME_LENGTH)
    .normalize('NFKC')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .map((word) => word.replace(/\d+$/, ''))
    .filter((word) => word !== '');
}

function isSecretWord(word: string, before: string | undefined): boolean {
  if (SECRET_WORDS.has(word) || SECRET_RUN_TOGETHER.some((pattern) => pattern.test(word))) return true;
  const singular = word.endsWith('s') ? word.slice(0, -1) : word;
  return (
    before !== undefined &&
    Object.hasOwn(SECRET_AFTER, singular) &&
    SECRET_AFTER[singular]?.has(before) === true
  );
}

/**
 * Whether a field of this name holds a secret: a password, token, key, credential, cookie, authorization
 * header, one-time code or card number. Reads camelCase, snake_case, kebab-case and dotted names.
 */
export function isSecretName(name: string): boolean {
  const words = wordsOf(name);
  if (words.length === 1 && words[0] === 'pass') return true;
  if (words.length > 1 && TELLING_ABOUT.has(words.at(-1) ?? '')) return false;
  return words.some((word, index) => isSecretWord(word, words[index - 1]));
}
