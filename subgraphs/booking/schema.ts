import { buildSubgraph } from '../_kernel/graphql/build-subgraph.js';
import { builder } from './builder.js';
import './provider/provider.graph.js';
import './catalogue/catalogue.graph.js';
import './availability/availability.graph.js';
import './availability/calendar-exception.graph.js';
import './availability/explanation.graph.js';
import './resource/resource.graph.js';
import './travel/travel.graph.js';
import './client/client.graph.js';
import './personal-data/client-privacy.graph.js';
import './reservation/reservation.graph.js';
import './reservation/reservation-commands.graph.js';
import './reservation/reservation-live.graph.js';
import './medical/medical-record.graph.js';
import './position/position.graph.js';
import './progress/progress.graph.js';
import './reminder/reminder.graph.js';
import './terms/terms.graph.js';
import './stay/stay.graph.js';
import './group/booking-group.graph.js';
import './waitlist/waitlist.graph.js';
import './calendar/feed/calendar-feed.graph.js';
import './meeting/meeting.graph.js';
import './discovery/discovery.graph.js';
import './calendar/connection/calendar-connection.graph.js';

/** Booking's part of the graph. */
export const schema = buildSubgraph(builder);
