-- What lies under a person's status: where she stands again, one after the other, as what lies over it is lifted.
-- A ban that is lifted must neither verify an address that never was nor end a hold.
ALTER TABLE identity."user" ADD COLUMN underlying identity."UserStatus"[] DEFAULT ARRAY[]::identity."UserStatus"[];
