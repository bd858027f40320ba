import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const FORM_KEY = /^[\w-]{43}$/;

/** What a browser keeps so that a form it posts can be told from one that another site had it post. */
export const newFormKey = (): string => randomBytes(32).toString('base64url');

export const isFormKey = (text: string | undefined): text is string => text !== undefined && FORM_KEY.test(text);

/** What stands in the form: nobody makes it who cannot read the cookie, and it does not tell what is in the cookie. */
export const formTokenOf = (formKey: string): string =>
  createHash('sha256').update(`spine form ${formKey}`).digest('base64url');

function isEqual(one: string, other: string): boolean {
  const [left, right] = [Buffer.from(one), Buffer.from(other)];
  return left.length === right.length && timingSafeEqual(left, right);
}

/** Whether a form comes from a page of ours. A browser that says from where it was posted is believed. */
export function isOwnForm(posted: {
  readonly formKey: string | undefined;
  readonly token: string | null;
  readonly fetchSite: string | undefined;
}): boolean {
  const { formKey, token, fetchSite } = posted;
  if (fetchSite !== undefined && fetchSite !== 'same-origin' && fetchSite !== 'none') return false;
  return isFormKey(formKey) && token !== null && isEqual(token, formTokenOf(formKey));
}
