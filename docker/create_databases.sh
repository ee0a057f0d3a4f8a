#!/bin/sh
# Run once by the PostgreSQL image on an empty volume: one role and one database each for Airflow and for Tillpost.
set -eu

create() {
    psql --username "$POSTGRES_USER" --dbname postgres --set ON_ERROR_STOP=1 --set role="$1" --set password="$2" <<'SQL'
CREATE ROLE :"role" LOGIN PASSWORD :'password';
CREATE DATABASE :"role" OWNER :"role";
REVOKE CONNECT ON DATABASE :"role" FROM PUBLIC;
SQL
}

POSTGRES_USER="${POSTGRES_USER:-postgres}"
create airflow "$AIRFLOW_DB_PASSWORD"
create tillpost "$TILLPOST_DB_PASSWORD"
