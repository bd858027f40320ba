-- Where a location is; null where nobody has said so.
ALTER TABLE booking.location ADD COLUMN latitude double precision, ADD COLUMN longitude double precision;
ALTER TABLE booking.location ADD CONSTRAINT location_is_somewhere_or_nowhere CHECK (
  (latitude IS NULL) = (longitude IS NULL) AND latitude BETWEEN -90 AND 90 AND longitude BETWEEN -180 AND 180
);

-- What discovery knows of a provider. Everything below is kept by triggers, and searched by equality and order alone:
-- row level security lets the operators of trigram and word indexes not near an index, since they are not leakproof,
-- but those of plain B-trees. So the words of all listings are rows of their own, and so are the trigrams of words,
-- of which a tenant has far fewer than listings.
CREATE TABLE booking.listing (
  tenant_id    uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  provider_id  uuid NOT NULL,
  shown        boolean NOT NULL,
  lowest_price bigint,
  latitude     double precision,
  longitude    double precision,
  cell         integer,
  rating_sum   integer NOT NULL DEFAULT 0,
  reviews      integer NOT NULL DEFAULT 0,
  quality      real NOT NULL DEFAULT 0,
  CONSTRAINT listing_pkey PRIMARY KEY (tenant_id, provider_id),
  CONSTRAINT listing_tenant_id_provider_id_fkey FOREIGN KEY (tenant_id, provider_id)
    REFERENCES booking.provider (tenant_id, id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX listing_tenant_id_shown_quality_provider_id_idx
  ON booking.listing (tenant_id, shown, quality DESC, provider_id);
CREATE INDEX listing_tenant_id_cell_idx ON booking.listing (tenant_id, cell);
SELECT kernel.isolate_tenant_rows('booking.listing');

CREATE TABLE booking.listing_word (
  tenant_id   uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  provider_id uuid NOT NULL,
  word        text COLLATE "C" NOT NULL,
  weight      smallint NOT NULL,
  quality     real NOT NULL,
  CONSTRAINT listing_word_pkey PRIMARY KEY (tenant_id, provider_id, word),
  CONSTRAINT listing_word_tenant_id_provider_id_fkey FOREIGN KEY (tenant_id, provider_id)
    REFERENCES booking.listing (tenant_id, provider_id) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX listing_word_tenant_id_word_quality_provider_id_idx
  ON booking.listing_word (tenant_id, word, quality DESC, provider_id);
SELECT kernel.isolate_tenant_rows('booking.listing_word');

-- Every word that a listing has ever had.
CREATE TABLE booking.listing_term (
  tenant_id uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  word      text COLLATE "C" NOT NULL,
  CONSTRAINT listing_term_pkey PRIMARY KEY (tenant_id, word)
);
SELECT kernel.isolate_tenant_rows('booking.listing_term');

CREATE TABLE booking.listing_term_trigram (
  tenant_id uuid NOT NULL DEFAULT kernel.current_tenant_id(),
  trigram   text COLLATE "C" NOT NULL,
  word      text COLLATE "C" NOT NULL,
  CONSTRAINT listing_term_trigram_pkey PRIMARY KEY (tenant_id, trigram, word),
  CONSTRAINT listing_term_trigram_tenant_id_word_fkey FOREIGN KEY (tenant_id, word)
    REFERENCES booking.listing_term (tenant_id, word) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX listing_term_trigram_tenant_id_word_idx ON booking.listing_term_trigram (tenant_id, word);
SELECT kernel.isolate_tenant_rows('booking.listing_term_trigram');

-- Words as they are searched for: in lower case, without accents, two to forty characters long.
CREATE FUNCTION booking.words_of(said text) RETURNS SETOF text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT DISTINCT left(word, 40) FROM regexp_split_to_table(
    regexp_replace(normalize(lower(said), NFKD), '[\u0300-\u036f]', '', 'g'),
    '[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00bf\u2000-\u206f\u3000-\u3003]+') AS word
  WHERE length(word) >= 2
$$;

-- The square of a tenth of a degree in which a place is.
CREATE FUNCTION booking.cell_of(latitude double precision, longitude double precision) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$ SELECT (floor((latitude + 90) * 10) * 3600 + mod(floor((longitude + 180) * 10)::numeric, 3600)::double precision)::integer $$;

-- Keeps what is known of one provider. It runs as whoever has changed something, behind the same row level security.
CREATE FUNCTION booking.refresh_listing(of_tenant uuid, of_provider uuid) RETURNS void
LANGUAGE plpgsql
AS $$
DECLARE
  known record;
  terms text[];
BEGIN
  INSERT INTO booking.listing AS l (tenant_id, provider_id, shown, lowest_price, latitude, longitude, cell)
  SELECT p.tenant_id, p.id, p.status = 'ACTIVE' AND p.bookable, o.lowest, place.latitude, place.longitude,
         booking.cell_of(place.latitude, place.longitude)
  FROM booking.provider AS p
  LEFT JOIN LATERAL (
    SELECT min(coalesce(f.price_amount, s.price_amount)) AS lowest
    FROM booking.offering AS f JOIN booking.service AS s ON s.tenant_id = f.tenant_id AND s.id = f.service_id
    WHERE f.tenant_id = p.tenant_id AND f.provider_id = p.id AND s.status = 'ACTIVE'
  ) AS o ON true
  LEFT JOIN LATERAL (
    SELECT w.latitude, w.longitude
    FROM booking.offering AS f JOIN booking.location AS w ON w.tenant_id = f.tenant_id AND w.id = f.location_id
    WHERE f.tenant_id = p.tenant_id AND f.provider_id = p.id AND w.latitude IS NOT NULL
    ORDER BY f.service_id LIMIT 1
  ) AS place ON true
  WHERE p.tenant_id = of_tenant AND p.id = of_provider
  ON CONFLICT (tenant_id, provider_id) DO UPDATE
    SET shown = excluded.shown, lowest_price = excluded.lowest_price,
        latitude = excluded.latitude, longitude = excluded.longitude, cell = excluded.cell
  RETURNING l.shown, l.quality INTO known;
  IF NOT FOUND THEN RETURN; END IF;

  DELETE FROM booking.listing_word WHERE tenant_id = of_tenant AND provider_id = of_provider;
  IF NOT known.shown THEN RETURN; END IF;
  INSERT INTO booking.listing_word (tenant_id, provider_id, word, weight, quality)
  SELECT of_tenant, of_provider, said.word, max(said.weight), known.quality
  FROM (
    SELECT booking.words_of(p.name) AS word, 3 AS weight FROM booking.provider AS p
    WHERE p.tenant_id = of_tenant AND p.id = of_provider
    UNION ALL
    SELECT booking.words_of(coalesce(p.bio, '')), 1 FROM booking.provider AS p
    WHERE p.tenant_id = of_tenant AND p.id = of_provider
    UNION ALL
    SELECT booking.words_of(s.name), 2
    FROM booking.offering AS f JOIN booking.service AS s ON s.tenant_id = f.tenant_id AND s.id = f.service_id
    WHERE f.tenant_id = of_tenant AND f.provider_id = of_provider AND s.status = 'ACTIVE'
  ) AS said
  GROUP BY said.word;

  -- In one order for everybody, so that nobody waits for another in a circle.
  WITH fresh AS (
    INSERT INTO booking.listing_term (tenant_id, word)
    SELECT of_tenant, word FROM booking.listing_word
    WHERE tenant_id = of_tenant AND provider_id = of_provider ORDER BY word
    ON CONFLICT DO NOTHING
    RETURNING word
  )
  SELECT array_agg(word ORDER BY word) INTO terms FROM fresh;
  INSERT INTO booking.listing_term_trigram (tenant_id, trigram, word)
  SELECT DISTINCT of_tenant, trigram, term
  FROM unnest(coalesce(terms, '{}')) AS term, unnest(show_trgm(term)) AS trigram
  ON CONFLICT DO NOTHING;
END $$;

CREATE FUNCTION booking.refresh_listing_of_provider() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM booking.refresh_listing(NEW.tenant_id, NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER provider_is_listed AFTER INSERT OR UPDATE OF name, bio, status, bookable ON booking.provider
  FOR EACH ROW EXECUTE FUNCTION booking.refresh_listing_of_provider();

CREATE FUNCTION booking.refresh_listing_of_offering() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM booking.refresh_listing(OLD.tenant_id, OLD.provider_id);
  ELSE
    PERFORM booking.refresh_listing(NEW.tenant_id, NEW.provider_id);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER offering_is_listed AFTER INSERT OR UPDATE OR DELETE ON booking.offering
  FOR EACH ROW EXECUTE FUNCTION booking.refresh_listing_of_offering();

CREATE FUNCTION booking.refresh_listings_of_service() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM booking.refresh_listing(tenant_id, provider_id) FROM booking.offering
  WHERE tenant_id = NEW.tenant_id AND service_id = NEW.id ORDER BY provider_id;
  RETURN NULL;
END $$;
CREATE TRIGGER service_is_listed AFTER UPDATE OF name, price_amount, status ON booking.service
  FOR EACH ROW EXECUTE FUNCTION booking.refresh_listings_of_service();

CREATE FUNCTION booking.refresh_listings_of_location() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM booking.refresh_listing(tenant_id, provider_id) FROM booking.offering
  WHERE tenant_id = NEW.tenant_id AND location_id = NEW.id ORDER BY provider_id;
  RETURN NULL;
END $$;
CREATE TRIGGER location_is_listed AFTER UPDATE OF latitude, longitude ON booking.location
  FOR EACH ROW EXECUTE FUNCTION booking.refresh_listings_of_location();

SELECT booking.refresh_listing(tenant_id, id) FROM booking.provider;
