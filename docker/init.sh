#!/bin/sh
# Run by the init service before every start: both databases at their newest schema, and the connections of the file in place.
# All of it may be run again at any time.
set -eu

airflow db migrate
tillpost migrate
airflow connections import --overwrite /run/secrets/connections.json
