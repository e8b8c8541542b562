# livedocs in a container: nothing is downloaded or built when it starts, nothing in it needs to be written to.
#
#   docker build -t livedocs .
#   docker run --read-only --tmpfs /tmp --volume livedocs:/data --publish 8000:8000 livedocs livedocs up
#
# docs/deploying.md says more; a test runs the commands below outside of a container.

FROM node:22-slim AS assets
WORKDIR /src/packages/livedocs/frontend
COPY packages/livedocs/frontend/package.json packages/livedocs/frontend/package-lock.json packages/livedocs/frontend/.npmrc ./
RUN npm install --no-save --loglevel=error
COPY packages/livedocs/frontend/ ./
# Styles are made of what the templates use.
COPY packages/livedocs/src/livedocs/web/templates/ ../src/livedocs/web/templates/
RUN npm run --silent build

FROM python:3.11-slim AS installed
WORKDIR /src
RUN python -m venv /opt/livedocs
COPY requirements/run.lock requirements/run.lock
RUN /opt/livedocs/bin/pip install --no-cache-dir --require-hashes --requirement requirements/run.lock
COPY packages/fastapi-data/ packages/fastapi-data/
COPY packages/livedocs/ packages/livedocs/
COPY --from=assets /src/packages/livedocs/src/livedocs/web/static/ packages/livedocs/src/livedocs/web/static/
RUN /opt/livedocs/bin/pip install --no-cache-dir --no-deps --no-build-isolation ./packages/fastapi-data ./packages/livedocs

FROM python:3.11-slim
COPY --from=installed /opt/livedocs/ /opt/livedocs/
# A new volume takes its owner from the folder it is mounted over.
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin livedocs && install -d -o livedocs -g livedocs /data
ENV PATH=/opt/livedocs/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LIVEDOCS_HOST=0.0.0.0 \
    LIVEDOCS_LIBRARY_PATH=/data/library.sqlite \
    LIVEDOCS_CACHE_FOLDER=/data/cache
USER livedocs
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
CMD ["livedocs", "serve"]
