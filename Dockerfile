# One image for web, worker, relay, beat and the one-shot commands; docker-compose.yml says which.
FROM python:3.13-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PATH=/app/.venv/bin:$PATH
WORKDIR /app

COPY requirements/production.txt requirements/
RUN python -m venv .venv \
    && pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements/production.txt

COPY . .
RUN pip install --no-cache-dir --disable-pip-version-check --no-deps --no-build-isolation -e . \
    && python tools/translations.py compile \
    && python -m compileall -q portal workers migrations config.py wsgi.py \
    && useradd --system --uid 10001 --home-dir /app motcua \
    && install -d -o motcua /data

USER motcua
ENV MODE=production DATA_DIR=/data HOST=0.0.0.0 PORT=8000
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "wsgi:app"]
