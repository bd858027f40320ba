import { createHash } from 'node:crypto';
import type { RegisteredOperation } from '../../../subgraphs/_kernel/wire/registered-operations.js';
import { Refusal } from '../../refusal.js';
import type { Stage } from '../../request.js';
import type { Operation } from '../limits/limits.js';
import type { DocumentCache } from './document-cache.js';
import type { DocumentName, NamingProblem } from './document-name.js';
import type { OperationRegister } from './operation-register.js';
import type { OperationUses } from './operation-uses.js';
import { clientConfining, documentNotFound, operationRetired, registeredOnly, severalAtOnce } from './refusals.js';

/** An operation as it was asked for: with its text, by the name of a document, or both. */
export interface AskedOperation extends Operation {
  readonly named: DocumentName | NamingProblem | null;
  /** Whether it is one of several that were sent as an array, which nobody may. */
  readonly oneOfSeveral?: boolean;
}

export interface PersistedQueryParts {
  readonly register: OperationRegister;
  readonly documents: DocumentCache;
  readonly uses: OperationUses;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Turns the name of a document into the document. A caller whose key is confined to a client gets no further
 * with anything but the id of what that client has registered; this is decided before anything is parsed.
 */
export function createPersistedQueryStage({ register, documents, uses, now }: PersistedQueryParts): Stage<AskedOperation, Operation> {
  /** @throws {Refusal} OPERATION_RETIRED once its date has come */
  const use = (asked: AskedOperation, registered: RegisteredOperation): Operation => {
    const { name, body, retirement } = registered;
    if (retirement && Date.parse(retirement.sunsetAt) <= now()) {
      uses.used(registered, 'retired');
      throw operationRetired(name, retirement);
    }
    uses.used(registered, retirement ? 'deprecated' : 'served');
    return { ...asked, source: body, registered };
  };

  const findRegistered = ({ caller }: AskedOperation, documentId: string, client: string | null) =>
    register.find({ tenant: caller.tenant, documentId, client, requestId: caller.requestId });

  const confined = async (asked: AskedOperation, client: string): Promise<Operation> => {
    const { source, named } = asked;
    if (source !== '' || !named || 'problem' in named) throw registeredOnly();
    const registered = await findRegistered(asked, named.documentId, client);
    if (!registered) throw registeredOnly();
    return use(asked, registered);
  };

  const sentWithItsHash = async (asked: AskedOperation, documentId: string): Promise<Operation> => {
    const { source, caller } = asked;
    if (sha256(source) !== documentId) throw new Refusal('BAD_USER_INPUT', 'The hash is not that of the document');
    await documents.set(caller.tenant.id, documentId, source);
    uses.used(null, 'served');
    return asked;
  };

  return async (asked) => {
    const { source, named, caller } = asked;
    if (asked.oneOfSeveral) throw severalAtOnce(caller.principal);
    const client = clientConfining(caller.principal);
    if (client !== null) return confined(asked, client);
    if (!named) {
      uses.used(null, 'served');
      return asked;
    }
    if ('problem' in named) throw new Refusal('BAD_USER_INPUT', named.problem);
    if (source !== '') return sentWithItsHash(asked, named.documentId);
    const registered = await findRegistered(asked, named.documentId, null);
    if (registered) return use(asked, registered);
    const text = await documents.get(caller.tenant.id, named.documentId);
    if (text === null) throw documentNotFound();
    uses.used(null, 'served');
    return { ...asked, source: text };
  };
}
