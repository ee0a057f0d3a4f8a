"""The demo, live: `airflow standalone` and the local Xero on this machine, started and ended by `make up` and `make down`."""
