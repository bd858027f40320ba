import { z } from 'zod';

const RULES: readonly { readonly test: RegExp; readonly message: string }[] = [
  { test: /^.{8,}$/su, message: 'must be at least 8 characters long' },
  { test: /^.{0,256}$/su, message: 'must be at most 256 characters long' },
  { test: /\p{Lu}/u, message: 'must contain an uppercase letter' },
  { test: /\p{Ll}/u, message: 'must contain a lowercase letter' },
  { test: /\p{Nd}/u, message: 'must contain a number' },
  { test: /[^\p{L}\p{Nd}\s]/u, message: 'must contain a special character' },
];

/** Each rule the password breaks, as it is told to the person choosing it. */
export const brokenPasswordRules = (password: string): readonly string[] =>
  RULES.filter((rule) => !rule.test.test(password)).map((rule) => rule.message);

export const isStrongPassword = (password: string): boolean => brokenPasswordRules(password).length === 0;

/** A password somebody chooses. One that is merely tried is never checked against these rules. */
export const newPasswordSchema = z.string().check((check) => {
  for (const message of brokenPasswordRules(check.value)) {
    check.issues.push({ code: 'custom', message, input: check.value });
  }
});
