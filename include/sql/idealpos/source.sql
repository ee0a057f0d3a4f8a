-- Until when this database is complete: the last upload of the slowest terminal of the store (UTC).
-- A site changes: where its replication or polling log says so, in UTC. Where the terminals write to this very database, it deletes the
-- file.
SELECT MIN(p.LastUploadUtc) AS as_of
FROM PosTerminals AS p
WHERE p.SiteCode = :store
