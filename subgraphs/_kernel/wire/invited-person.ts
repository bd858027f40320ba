/** Somebody one subgraph asks another to invite. It travels sealed: the log of events holds no address. */
export interface InvitedPerson {
  readonly email: string;
  /** What she is called until she says it herself; null when it is not known. */
  readonly displayName: string | null;
}

/** Sealed for this purpose. */
export const INVITED_PERSON_PURPOSE = 'invited person';
