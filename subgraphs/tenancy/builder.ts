import { createBuilder } from '../_kernel/graphql/builder.js';
import { addSharedTypes } from '../_kernel/graphql/shared-types.js';
import type { TenancyServices } from './services.js';

export const builder = createBuilder<TenancyServices>();

addSharedTypes(builder);
builder.queryType({ description: 'What can be read.' });
builder.mutationType({ description: 'What can be changed.' });
builder.subscriptionType({ description: 'What can be followed live.' });
