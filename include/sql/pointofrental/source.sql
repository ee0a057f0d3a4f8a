-- Until when this database is complete (UTC): the last time at which the store's data was synchronised.
-- A site changes: where its replication log says so; where the tills write to this very database, it deletes the file.
SELECT f.LastSyncUtc AS as_of
FROM StoreFile AS f
WHERE f.StoreCode = :store
