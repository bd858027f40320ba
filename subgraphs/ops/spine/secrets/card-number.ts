const ISSUER_RANGES = [
  /^4\d{12}(?:\d{3}){0,2}$/,
  /^5[1-5]\d{14}$/,
  /^2(?:2[2-9]|[3-6]\d|7[01])\d{13}$/,
  /^2720\d{12}$/,
  /^3[47]\d{13}$/,
  /^3(?:0[0-5]|[689]\d)\d{11}$/,
  /^35\d{14,17}$/,
  /^6\d{15,18}$/,
  /^5[06-9]\d{10,17}$/,
] as const;

const LONGEST = 19;
const SHORTEST = 13;

function passesLuhn(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits[digits.length - 1 - place]);
    const doubled = place % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** Whether these digits are a payment card number: a known issuer range (ISO/IEC 7812) and a right check digit. */
export function isCardNumber(digits: string): boolean {
  if (digits.length < SHORTEST || digits.length > LONGEST) return false;
  return ISSUER_RANGES.some((range) => range.test(digits)) && passesLuhn(digits);
}

/** Where a card number starts and ends among groups of digits such as `12 4111 1111 1111 1111`, or null. */
function findCardNumber(groups: readonly RegExpExecArray[]): readonly [start: number, end: number] | null {
  for (const [first, group] of groups.entries()) {
    let digits = '';
    for (const next of groups.slice(first, first + LONGEST)) {
      digits += next[0];
      if (digits.length > LONGEST) break;
      if (isCardNumber(digits)) return [group.index, next.index + next[0].length];
    }
  }
  return null;
}

/** Replaces every card number in a text, written with or without spaces or hyphens. */
export function replaceCardNumbers(text: string, replacement: string): string {
  return text.replace(/(?<![\w-])(?<!(?<!\d)\d{1,12}\.)\d(?:[ -]?\d){12,}(?![\w-])/g, (run) => {
    let rest = run;
    let replaced = '';
    for (;;) {
      const found = findCardNumber([...rest.matchAll(/\d+/g)]);
      if (found === null) return replaced + rest;
      replaced += rest.slice(0, found[0]) + replacement;
      rest = rest.slice(found[1]);
    }
  });
}
