# The portal as one image; what a container does is its command (docker-compose.yml). Debian's PostgreSQL client is for backup and restore.
FROM python:3.11-slim-bookworm

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 10001 portal \
    && install --directory --owner=portal --group=portal /data

WORKDIR /portal
COPY requirements/run.txt requirements/run.txt
RUN pip install --require-hashes --requirement requirements/run.txt
COPY manage.py LICENSE ./
COPY inno4sports inno4sports
COPY clusters clusters
COPY learning learning
COPY actionplans actionplans
COPY dissemination dissemination
COPY templates templates
COPY static static
# The page for programmers shows it.
COPY docs/api.md docs/api.md

# Catalogs and static files are part of the image, so that each release serves its own.
ENV STATIC_ROOT=/portal/collected
RUN DATA_DIR=/tmp/build python manage.py compile_catalogs --verbosity 0 \
    && DATA_DIR=/tmp/build python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf /tmp/build

ENV DATA_DIR=/data
VOLUME /data
USER portal
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "--bind=0.0.0.0:8000", "inno4sports.wsgi:application"]
