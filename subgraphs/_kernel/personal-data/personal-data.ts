import { z } from 'zod';
import type { SecretBox } from '../secrets/secret-box.js';
import type { SubgraphName } from '../wire/subgraph-names.js';

export const PERSONAL_DATA_KINDS = ['EXPORT', 'ERASURE'] as const;
export type PersonalDataKind = (typeof PERSONAL_DATA_KINDS)[number];

/** Whose data a request is about. At least one of the ids is known. */
export interface DataSubject {
  /** UUID of her user; null for somebody who does not sign in. */
  readonly userId: string | null;
  /** UUID of the company's record of her as a client; null where only her user is known. */
  readonly clientId: string | null;
  /** Her addresses, in lower case. */
  readonly emails: readonly string[];
  /** Whether she works for the company: what she made there is the company's. */
  readonly worksHere: boolean;
}

/** Identity asks every subgraph for what it holds of somebody, or to forget it. It may ask again until it is answered. */
export interface PersonalDataRequested {
  readonly requestId: string;
  readonly kind: PersonalDataKind;
  /** A `DataSubject`, sealed: the log of events holds no addresses. */
  readonly sealedSubject: string;
}

/** What a subgraph answers: a `PersonalDataAnswer`, sealed. */
export interface PersonalDataAnswered {
  readonly requestId: string;
  readonly sealedAnswer: string;
}

/** Every subgraph answers by an event of its own. */
export type PersonalDataAnswers<Name extends SubgraphName = SubgraphName> = Readonly<
  Record<`${Name}.personal_data_answered`, PersonalDataAnswered>
>;

/** What became of the rows of a section when somebody was erased. */
export const ERASURE_OUTCOMES = ['ERASED', 'PSEUDONYMISED', 'KEPT'] as const;
export type ErasureOutcome = (typeof ERASURE_OUTCOMES)[number];

export interface ErasedSection {
  readonly section: string;
  readonly rows: number;
  readonly outcome: ErasureOutcome;
  /** Why something is left; null where nothing is. */
  readonly reason: string | null;
}

/** Rows by section, as they are in the database but for secrets. */
export type GatheredSections = Readonly<Record<string, readonly unknown[]>>;

export type PersonalDataAnswer =
  | { readonly kind: 'EXPORT'; readonly sections: GatheredSections }
  | { readonly kind: 'ERASURE'; readonly sections: readonly ErasedSection[] };

const subjectSchema = z.object({
  userId: z.string().nullable(),
  clientId: z.string().nullable(),
  emails: z.array(z.string()),
  worksHere: z.boolean(),
});

const answerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('EXPORT'), sections: z.record(z.string(), z.array(z.unknown())) }),
  z.object({
    kind: z.literal('ERASURE'),
    sections: z.array(
      z.object({
        section: z.string(),
        rows: z.number(),
        outcome: z.enum(ERASURE_OUTCOMES),
        reason: z.string().nullable(),
      }),
    ),
  }),
]);

/** Bound to the request, so that nothing sealed for one is ever taken for another's. */
const purposeOf = (part: 'subject' | 'answer', requestId: string): string => `personal-data:${part}:${requestId}`;

export const sealSubject = (box: SecretBox, requestId: string, subject: DataSubject): string =>
  box.seal(JSON.stringify(subject), purposeOf('subject', requestId));

/** @throws when it was altered, or sealed for another request */
export const openSubject = (box: SecretBox, requestId: string, sealed: string): DataSubject =>
  subjectSchema.parse(JSON.parse(box.open(sealed, purposeOf('subject', requestId))));

export const sealAnswer = (box: SecretBox, requestId: string, answer: PersonalDataAnswer): string =>
  box.seal(JSON.stringify(answer), purposeOf('answer', requestId));

/** @throws when it was altered, or sealed for another request */
export const openAnswer = (box: SecretBox, requestId: string, sealed: string): PersonalDataAnswer =>
  answerSchema.parse(JSON.parse(box.open(sealed, purposeOf('answer', requestId))));
