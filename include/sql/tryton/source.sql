-- The database is complete up to now, or, on a replica, up to the last change that has arrived.
SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_xact_replay_timestamp() ELSE now() END AS as_of
