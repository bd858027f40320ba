import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { PersonalDataAnswers } from '../../_kernel/personal-data/personal-data.js';
import { SUBGRAPH_NAMES } from '../../_kernel/wire/subgraph-names.js';
import type { PersonalDataWork } from '../personal-data/personal-data-work.js';

/** One reaction for each subgraph that answers what it holds of somebody. */
export const collectPersonalDataAnswers = (work: PersonalDataWork): readonly Reaction[] =>
  SUBGRAPH_NAMES.map((name) =>
    reactTo<PersonalDataAnswers>()(
      `${name}.personal_data_answered`,
      `collectPersonalDataAnswerOf:${name}`,
      (context, db, { payload }) => work.collect(context, db, name, payload),
    ),
  );
