-- A payment for which the payer gives her card to the provider herself, at a page of the provider's: the page's id, and
-- no card of which we would know before.
ALTER TABLE commerce.payment
  ALTER COLUMN payment_method_id DROP NOT NULL,
  ADD COLUMN checkout_ref text;
