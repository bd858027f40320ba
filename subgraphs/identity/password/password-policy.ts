import { createHash } from 'node:crypto';
import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary as commonWords } from '@zxcvbn-ts/language-common';
import { dictionary as englishWords, translations } from '@zxcvbn-ts/language-en';
import { ValidationError } from '../../_kernel/errors/domain-error.js';
import type { BreachList } from './breach-list.js';

/** Of zxcvbn's 0 to 4; below it, a million guesses are enough. */
const LEAST_SCORE = 2;

/** Characters that the estimate looks at: its time grows fast with them, and what is longer is strong enough. */
const LOOKED_AT = 40;

/** Keeps out the passwords that guessers try first, which no rule about characters does. */
export interface PasswordPolicy {
  /**
   * @param field what the client calls it
   * @param about words that guessers would try for this person, such as her name and address
   * @throws {ValidationError} naming the field, when the password is easy to guess or known from a breach
   */
  require(field: string, password: string, about: readonly string[]): Promise<void>;
}

/** @param breaches passwords known from breaches, beside the common ones that are always looked for */
export function createPasswordPolicy(breaches: BreachList): PasswordPolicy {
  // Half a second and some megabytes of words: made when first needed, not when every process starts.
  let estimator: ZxcvbnFactory | null = null;
  const estimate = (password: string, about: readonly string[]) => {
    estimator ??= new ZxcvbnFactory({
      dictionary: { ...commonWords, ...englishWords },
      graphs: adjacencyGraphs,
      translations,
      maxLength: LOOKED_AT,
    });
    return estimator.check(password.slice(0, LOOKED_AT), [...about]);
  };
  return {
    async require(field, password, about) {
      const { score, feedback } = estimate(password, about.flatMap((words) => [words, ...words.split(/[\s@.]+/)]));
      if (score < LEAST_SCORE) {
        const why = feedback.warning ? `: ${feedback.warning.replace(/\.$/, '').toLowerCase()}` : '';
        throw ValidationError.of(field, `is too easy to guess${why}`);
      }
      const hash = createHash('sha1').update(password).digest('hex').toUpperCase();
      if (await breaches.knows(hash)) throw ValidationError.of(field, 'is known from a breach elsewhere; choose another');
    },
  };
}
