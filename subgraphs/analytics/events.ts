import type { PersonalDataAnswers } from '../_kernel/personal-data/personal-data.js';

export type AnalyticsEvents = PersonalDataAnswers<'analytics'>;
