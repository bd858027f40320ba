import type { Outbox } from '../events/outbox.js';
import { reactTo, type Reaction } from '../events/reaction.js';
import type { RequestContext } from '../request/request-context.js';
import type { SecretBox } from '../secrets/secret-box.js';
import type { TenantDb } from '../tenancy/tenant-database.js';
import type { SubgraphName } from '../wire/subgraph-names.js';
import { erase, gather, type Holding } from './holding.js';
import {
  openSubject,
  sealAnswer,
  type DataSubject,
  type PersonalDataAnswered,
  type PersonalDataRequested,
} from './personal-data.js';

/** What a subgraph knows of people. */
export interface PersonalDataHolder<Name extends SubgraphName = SubgraphName> {
  readonly name: Name;
  readonly holdings: readonly Holding[];
  /** What has to happen before somebody's rows go, in the same transaction: sessions end, bookings are called off. */
  readonly letGo?: (context: RequestContext, db: TenantDb, who: DataSubject) => Promise<void>;
}

interface Requests {
  readonly 'identity.personal_data_requested': PersonalDataRequested;
}

/**
 * How a subgraph answers for what it holds of somebody: it gathers or erases, and says so in the same transaction.
 * What it says is sealed, so that the log of events holds nothing of her that can be read.
 */
export const answerForPersonalData = <Name extends SubgraphName>(
  { name, holdings, letGo }: PersonalDataHolder<Name>,
  outbox: Outbox<Readonly<Record<`${Name}.personal_data_answered`, PersonalDataAnswered>>>,
  secretBox: SecretBox,
): Reaction =>
  reactTo<Requests>()(
    'identity.personal_data_requested',
    `answerForPersonalDataOf:${name}`,
    async (context, db, { payload: { requestId, kind, sealedSubject } }) => {
      const who = openSubject(secretBox, requestId, sealedSubject);
      if (kind === 'ERASURE') await letGo?.(context, db, who);
      const sealedAnswer = sealAnswer(
        secretBox,
        requestId,
        kind === 'EXPORT'
          ? { kind, sections: await gather(db, holdings, who) }
          : { kind, sections: await erase(db, holdings, who) },
      );
      await outbox.emit(db, context, `${name}.personal_data_answered`, { requestId, sealedAnswer });
    },
  );
