# The portal in one image. Without DATABASE_URL it keeps SQLite on the volume /data.

FROM python:3.13-slim AS build
WORKDIR /portal
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements.txt
COPY . .
RUN SECRET_KEY=build DATA_DIR=/tmp /venv/bin/python manage.py collectstatic --no-input --verbosity=0

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /portal portal && install --directory --owner=portal /data
COPY --from=build /venv /venv
COPY --from=build /portal /portal
WORKDIR /portal
USER portal
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data HOST=0.0.0.0 PORT=8000
VOLUME /data
EXPOSE 8000
# Asks by a name that the portal answers for. The first start loads all facts, which takes a few minutes.
HEALTHCHECK --interval=30s --timeout=5s --start-period=5m CMD ["python", "-c", "import os, urllib.request as web; \
    host = os.environ.get('ALLOWED_HOSTS', 'localhost').split(',')[0].lstrip('.'); \
    web.urlopen(web.Request(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', headers={'Host': host}), timeout=4)"]
CMD ["python", "-m", "portal.start"]
