# syntax=docker/dockerfile:1

# Where pip finds a CPU build of torch, if the default one (with CUDA) is too large:
#   docker build --build-arg PIP_EXTRA_INDEX_URL=... .
FROM python:3.11-slim-bookworm AS build
ARG PIP_EXTRA_INDEX_URL=
WORKDIR /src
COPY . .
# The build hook brings Node.js as a wheel and puts the built pages into ours.
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .

FROM python:3.11-slim-bookworm
ARG PIP_EXTRA_INDEX_URL=
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    --mount=type=bind,source=constraints.txt,target=/constraints.txt \
    wheel="$(ls /wheels/circuit_explorer-*.whl)" \
    && pip install --no-cache-dir -c /constraints.txt "${wheel}[postgres]" \
    && useradd --system --uid 10001 --home-dir /data explorer \
    && install -d -o explorer -g explorer /data

# Beyond loopback the application asks for CIRCUIT_EXPLORER_WRITE_TOKEN and will not start without.
ENV CIRCUIT_EXPLORER_DATA_DIR=/data \
    CIRCUIT_EXPLORER_HOST=0.0.0.0 \
    CIRCUIT_EXPLORER_PORT=8000 \
    CIRCUIT_EXPLORER_ALLOWED_HOSTS=127.0.0.1,localhost \
    NUMBA_CACHE_DIR=/data/cache/numba \
    PYTHONUNBUFFERED=1
USER explorer
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", \
    "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/api/tasks', timeout=4)"]
CMD ["circuit-explorer", "serve"]
