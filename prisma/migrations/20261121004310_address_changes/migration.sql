-- A link that makes an address somebody's whose directory says that it is.
ALTER TYPE identity."ProofPurpose" ADD VALUE 'EMAIL_CHANGE';
