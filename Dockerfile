# docker build -t leadbridge . && docker run -v leadbridge:/home/bridge/data -p 5001:5001 leadbridge
# bridge.toml and service_account.json belong into the volume, where the database is, too.
FROM python:3.11-slim

RUN useradd --create-home bridge
WORKDIR /home/bridge
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY migrations ./migrations
COPY task_api ./task_api
COPY bridge ./bridge

ENV PYTHONPATH=/home/bridge PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 LEADBRIDGE_HOST=0.0.0.0 PORT=5001 \
    WEB_CONCURRENCY=2 LEADBRIDGE_HOME=/home/bridge/data GOOGLE_APPLICATION_CREDENTIALS=/home/bridge/data/service_account.json
RUN install -d -o bridge data
USER bridge
VOLUME /home/bridge/data
EXPOSE 5001
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/readyz', timeout=4)"]
CMD ["python", "-m", "bridge", "--verbose", "run", "--quiet"]
