-- What is searched for is read in the order it is shown in, and from the index alone: names before services, each by
-- their ratings.
CREATE INDEX listing_word_tenant_id_word_weight_quality_provider_id_idx
  ON booking.listing_word (tenant_id, word, weight DESC, quality DESC, provider_id);
DROP INDEX booking.listing_word_tenant_id_word_quality_provider_id_idx;
