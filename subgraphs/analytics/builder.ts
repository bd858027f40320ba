import { createBuilder } from '../_kernel/graphql/builder.js';
import { addSharedTypes } from '../_kernel/graphql/shared-types.js';
import type { AnalyticsServices } from './services.js';

export const builder = createBuilder<AnalyticsServices>();

addSharedTypes(builder);
builder.queryType({ description: 'What can be read.' });
