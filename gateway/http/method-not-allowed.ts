import { Refusal } from '../refusal.js';

/** The path is served, but not by that method. */
export class MethodNotAllowed extends Refusal {
  constructor(methods: readonly string[]) {
    const allow = methods.join(', ');
    super('BAD_USER_INPUT', `Only ${allow} can be used here`, { headers: { allow } });
  }

  override get status(): number {
    return 405;
  }
}
