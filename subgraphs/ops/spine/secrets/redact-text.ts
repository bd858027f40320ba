import { replaceCardNumbers } from './card-number.js';
import { isSecretName } from './secret-name.js';

export const REDACTED = '[redacted]';

interface SecretShape {
  readonly what: string;
  readonly pattern: RegExp;
  readonly replacement: string;
}

/** In this order: what spans lines first, then whole headers, then what may stand inside them. */
const SHAPES: readonly SecretShape[] = [
  {
    what: 'a private key in PEM',
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY-----|$)/g,
    replacement: REDACTED,
  },
  {
    what: 'an authorization or cookie header, to the end of its line',
    pattern: /\b((?:proxy-)?authorization|(?:set-)?cookie)(\\*["']?[ \t]{0,5}[:=][ \t]{0,5}\\*["']?)[^\r\n]+/gi,
    replacement: `$1$2${REDACTED}`,
  },
  {
    what: 'a JSON Web Token',
    pattern: /\beyJ[\w-]{5,}\.[\w-]+(?:\.[\w-]*){0,3}/g,
    replacement: REDACTED,
  },
  {
    what: 'the credentials of an HTTP authentication scheme',
    pattern: /\b(bearer|Bearer|BEARER|basic|Basic|BASIC)\s{1,5}(?=[\w.~+/-]*[\dA-Z=])[\w.~+/-]{6,}={0,2}/g,
    replacement: `$1 ${REDACTED}`,
  },
  {
    what: 'a key whose issuer marks it by a prefix',
    pattern:
      /\b(?:(?:sk|rk)_(?:live|test)_\w{8,}|whsec_[\w+/=-]{8,}|gh[pousr]_\w{20,}|github_pat_\w{20,}|xox[abeprs]-[\w-]{10,}|AIza[\w-]{30,}|SG\.[\w-]{16,}\.[\w-]{16,}|sk-[\w-]{20,})/g,
    replacement: REDACTED,
  },
  {
    what: 'the enrolment secret of an authenticator app',
    pattern: /\botpauth:\/\/\S+/gi,
    replacement: REDACTED,
  },
  {
    what: 'the password in a URL',
    pattern: /(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/:@]{0,256}):[^\s/@]+@/gi,
    replacement: `$1:${REDACTED}@`,
  },
  {
    what: 'a code or signature in the query of a URL',
    pattern: /([?&#](?:code|sig|signature|key)=)[^\s&#"']+/gi,
    replacement: `$1${REDACTED}`,
  },
];

/** `password=…`, `"apiKey": "…"`: something that may be a secret's name, and what is assigned to it. */
const ASSIGNMENT =
  /(?<![\w-])([\w-]{0,40}(?:pass|pwd|secret|token|cookie|credential|key|otp|pin|cvv|cvc|code|card)[\w-]{0,40})(\\*["']?\s{0,5}[:=]\s{0,5}\\*)("[^"]*"|'[^']*'|(?!\\)[^\s"'&,;}]+)/gi;

function redactAssignments(text: string): string {
  return text.replace(ASSIGNMENT, (whole: string, name: string, between: string, value: string) => {
    if (!isSecretName(name)) return whole;
    const quote = /^["']/.exec(value)?.[0] ?? '';
    return `${name}${between}${quote}${REDACTED}${quote}`;
  });
}

function redactOnce(text: string): string {
  const shaped = SHAPES.reduce((rest, shape) => rest.replace(shape.pattern, shape.replacement), text);
  return replaceCardNumbers(redactAssignments(shaped), REDACTED);
}

const MAX_PASSES = 4;

/**
 * The text with everything that has the shape of a secret replaced by `[redacted]`; applying it again changes
 * nothing more. A secret that looks like an ordinary word is not found: name the field, and filter by the name.
 */
export function redactText(text: string): string {
  let redacted = text;
  // What one replacement leaves behind may, in contrived texts, have a shape again.
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const next = redactOnce(redacted);
    if (next === redacted) break;
    redacted = next;
  }
  return redacted;
}
