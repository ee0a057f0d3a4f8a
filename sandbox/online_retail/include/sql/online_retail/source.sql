-- The end of the last day that was loaded, in UTC.
SELECT s.complete_until AS as_of
FROM stores AS s
WHERE s.store_id = :store
