import { reactTo, type Reaction } from '../../_kernel/events/reaction.js';
import type { DetectionService } from '../detection/detection.service.js';
import type { OpsEvents } from '../events.js';

export const lookForIncidentsWhenAsked = (detection: DetectionService): Reaction =>
  reactTo<OpsEvents>()('ops.detection_requested', 'lookForIncidentsWhenAsked', (context, db) =>
    detection.look(context, db),
  );
