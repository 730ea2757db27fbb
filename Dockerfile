# The audit service. The linter needs no Keras; running models on data does:
#   docker build --build-arg EXTRAS=service,cluster,data,tensorflow -t keras-lint .
FROM python:3.12-slim AS build
ARG EXTRAS=service,cluster,data
WORKDIR /src
COPY setup.cfg pyproject.toml README.md LICENSE ./
COPY keras_act keras_act
COPY linter linter
COPY service service
RUN python -m venv /opt/keras-lint && /opt/keras-lint/bin/pip install --no-cache-dir ".[${EXTRAS}]"

FROM python:3.12-slim
RUN apt-get update && apt-get install -y --no-install-recommends libseccomp2 && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --uid 10001 lint && install -d -o lint /data
COPY --from=build /opt/keras-lint /opt/keras-lint
ENV PATH=/opt/keras-lint/bin:$PATH KERAS_LINT_HOST=0.0.0.0 KERAS_LINT_DATA=/data PYTHONUNBUFFERED=1
USER lint
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
STOPSIGNAL SIGTERM
CMD ["keras-lint-server"]
