CREATE TYPE booking."MeetingKind" AS ENUM ('OPEN_ROOM', 'HOSTED');

-- A service that is done over video, and how its rooms are made.
CREATE TABLE booking.online_service (
  tenant_id  uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  service_id uuid NOT NULL,
  kind       booking."MeetingKind" NOT NULL,
  CONSTRAINT online_service_pkey PRIMARY KEY (tenant_id, service_id),
  CONSTRAINT online_service_tenant_id_service_id_fkey FOREIGN KEY (tenant_id, service_id)
    REFERENCES booking.service (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
SELECT kernel.isolate_tenant_rows('booking.online_service');

-- Where a booking takes place over video.
CREATE TABLE booking.meeting (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  booking_id  uuid NOT NULL,
  kind        booking."MeetingKind" NOT NULL,
  external_id text,
  join_url    text NOT NULL,
  created_at  timestamptz(3) NOT NULL,
  CONSTRAINT meeting_pkey PRIMARY KEY (tenant_id, booking_id),
  CONSTRAINT meeting_tenant_id_booking_id_fkey FOREIGN KEY (tenant_id, booking_id)
    REFERENCES booking.booking (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE,
  CONSTRAINT meeting_is_known_where_it_is_hosted CHECK ((kind = 'HOSTED') = (external_id IS NOT NULL))
);
SELECT kernel.isolate_tenant_rows('booking.meeting');
