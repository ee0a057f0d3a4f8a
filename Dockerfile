# syntax=docker/dockerfile:1
# One image for every service: Airflow, Tillpost and their pinned dependencies. Nothing secret and no site's own data is in it.
FROM python:3.11-slim-bookworm

ENV AIRFLOW_HOME=/opt/airflow \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1

RUN useradd --uid 50000 --create-home --home-dir /opt/airflow airflow \
    && mkdir -p /opt/tillpost /var/lib/tillpost /opt/airflow/logs \
    && chown airflow: /var/lib/tillpost /opt/airflow/logs

# Dependencies first: they change less often than the code, so that a new version builds in seconds.
COPY requirements.txt constraints.txt /opt/tillpost/
RUN pip install -r /opt/tillpost/requirements.txt -c /opt/tillpost/constraints.txt
# Drivers for POS databases other than PostgreSQL, MySQL, MariaDB, SQL Server (pymssql) and SQLite, such as "pyodbc".
ARG POS_DRIVERS=""
RUN test -z "$POS_DRIVERS" || pip install $POS_DRIVERS -c /opt/tillpost/constraints.txt

COPY pyproject.toml README.md /opt/tillpost/
COPY plugins /opt/tillpost/plugins
COPY dags /opt/tillpost/dags
COPY include /opt/tillpost/include
RUN pip install --no-deps --editable /opt/tillpost && python -c "import tillpost.config"

USER airflow
WORKDIR /opt/airflow
ENTRYPOINT ["airflow"]
CMD ["version"]
