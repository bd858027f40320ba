export type AddressChange = 'AT_ONCE' | 'ONCE_VERIFIED' | 'NEVER';

export interface AccountFacts {
  /** Whether the company has shown that the domain of the present address is its own: it reads her mail anyway. */
  readonly ownsPresent: boolean;
  readonly ownsNext: boolean;
  /** Whether another company has her, too. */
  readonly hasPlaceElsewhere: boolean;
}

/**
 * What becomes of a person's account when the directory of a company gives her another address. An account is the
 * platform's and opens whatever company has her: a directory moves only one that is its company's alone, or whose
 * mail its company reads already. What it says of its own domain is believed, everything else has to be shown.
 */
export function howAddressChanges({ ownsPresent, ownsNext, hasPlaceElsewhere }: AccountFacts): AddressChange {
  if (hasPlaceElsewhere && !ownsPresent) return 'NEVER';
  return ownsNext ? 'AT_ONCE' : 'ONCE_VERIFIED';
}

/** What her present address is told, so that nobody's account moves without her knowing. */
export function noticeOf(change: AddressChange, next: string): { readonly title: string; readonly body: string } {
  switch (change) {
    case 'AT_ONCE':
      return {
        title: 'Your sign-in address has changed',
        body: `The directory of your company has given you another address: ${next}\nFrom now on you sign in with it, and mails go there. If that is a mistake, talk to whoever looks after the directory.`,
      };
    case 'ONCE_VERIFIED':
      return {
        title: 'Your sign-in address is about to change',
        body: `The directory of your company has given you another address: ${next}\nA link went there. Once it is followed you sign in with that address, and until then with this one. If that is a mistake, talk to whoever looks after the directory.`,
      };
    case 'NEVER':
      return {
        title: 'Your company has another address for you',
        body: `The directory of your company has given you another address: ${next}\nYour account stays with this address, by which you sign in.`,
      };
  }
}
