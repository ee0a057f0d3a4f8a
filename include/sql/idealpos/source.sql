-- Until when this database is complete: the last upload of the slowest terminal of the store (UTC).
-- A terminal that is out of use uploads no more and would hold up the store for ever: only active ones count.
-- A site changes: where its replication or polling log says so, in UTC; how it tells a terminal that is out of use. Where the terminals write
-- to this very database, it deletes the file.
SELECT MIN(p.LastUploadUtc) AS as_of
FROM PosTerminals AS p
WHERE p.SiteCode = :store AND p.Active = 1
