import { z } from 'zod';
import { lineSchema } from '../../_kernel/validation/text.js';
import { POLICY_EFFECTS, POLICY_OPERATORS, type PolicyDocument } from '../../_kernel/policy/policy.js';

/** Policies a company can have enabled at a time. */
export const MOST_POLICIES = 200;

const namesSchema = (most: number) => z.array(lineSchema(100)).max(most, `must be at most ${most}`);

const conditionSchema = z.object({
  attribute: lineSchema(100),
  operator: z.enum(POLICY_OPERATORS),
  value: z.unknown().optional(),
  otherAttribute: lineSchema(100).nullish(),
});

/** The outer shape of a policy; whether it fits what it speaks of, the compiler says. */
export const policySchema = z.object({
  description: lineSchema(300),
  effect: z.enum(POLICY_EFFECTS),
  actions: namesSchema(50).min(1, 'must name at least one action'),
  resources: namesSchema(20).min(1, 'must name at least one type'),
  principals: z
    .object({
      roles: namesSchema(100).nullish(),
      families: namesSchema(50).nullish(),
      users: namesSchema(200).nullish(),
    })
    .nullish()
    .transform((given) => ({
      roles: given?.roles ?? [],
      families: given?.families ?? [],
      users: given?.users ?? [],
    })),
  conditions: z
    .array(conditionSchema)
    .max(20, 'must be at most 20')
    .nullish()
    .transform((given) => given ?? []),
});

/** A policy as it is sent: lists that say nothing may be left out. */
export type PolicyInput = z.input<typeof policySchema>;

/** That a policy as it is kept is one still. */
export const documentOf = (json: unknown): PolicyDocument => policySchema.parse(json);
