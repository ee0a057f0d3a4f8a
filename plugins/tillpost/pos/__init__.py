"""From a POS database to facts: the SQL files of a site, the contract they must meet, Parquet files."""
