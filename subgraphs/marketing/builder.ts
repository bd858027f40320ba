import { createBuilder } from '../_kernel/graphql/builder.js';
import { addSharedTypes } from '../_kernel/graphql/shared-types.js';
import type { MarketingServices } from './services.js';

export const builder = createBuilder<MarketingServices>();

addSharedTypes(builder);
builder.queryType({ description: 'What can be read.' });
builder.mutationType({ description: 'What can be changed.' });
