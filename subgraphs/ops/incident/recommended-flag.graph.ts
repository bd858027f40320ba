import { builder } from '../builder.js';
import type { RecommendedFlag } from '../spine/response/follow-playbook.js';

export type { RecommendedFlag } from '../spine/response/follow-playbook.js';

export const RecommendedFlagRef = builder.objectRef<RecommendedFlag>('RecommendedFlag').implement({
  description: 'A flag that would help.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Key of the flag, such as `auth.captcha.enabled`.' }),
    value: t.field({ type: 'JSON', description: 'What to set it to.', resolve: (flag) => flag.value }),
    reason: t.exposeString('reason', { description: 'Why that helps.' }),
  }),
});
