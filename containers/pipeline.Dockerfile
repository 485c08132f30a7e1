# One image for the workers of Dataflow and the launcher of the Flex Template.
# Build it from the root of the project: containers/README.md has the commands.
FROM gcr.io/dataflow-templates-base/python311-template-launcher-base:20240812-rc01 AS launcher

# The release of Beam that requirements/pipeline.txt holds.
FROM apache/beam_python3.11_sdk:2.77.0

LABEL org.opencontainers.image.title="seamstress-pipeline" \
      org.opencontainers.image.description="From a log of reviews to windows: python -m pipeline" \
      org.opencontainers.image.licenses="Apache-2.0"

COPY --from=launcher /opt/google/dataflow/python_template_launcher /opt/google/dataflow/python_template_launcher

# The environment becomes what the lock file says and nothing else: uv also removes what
# the base image brings beyond it, which would stay behind in versions that do not fit.
COPY requirements/pipeline.txt /opt/seamstress/requirements.txt
RUN pip install --no-cache-dir uv==0.13.9 \
    && uv pip sync --system --no-cache --require-hashes --compile-bytecode /opt/seamstress/requirements.txt \
    && pip uninstall --yes uv \
    && pip check

WORKDIR /opt/seamstress
COPY schemas schemas
COPY pipeline pipeline
COPY containers/flex_template/launch.py launch.py
RUN python -m compileall -q .

# Workers start in this environment as it is, make none of their own and install nothing.
# The launcher is given no requirements and no setup file, so that it stages none.
ENV PYTHONPATH=/opt/seamstress \
    RUN_PYTHON_SDK_IN_DEFAULT_ENVIRONMENT=1 \
    PIP_NO_DEPS=True \
    FLEX_TEMPLATE_PYTHON_PY_FILE=/opt/seamstress/launch.py \
    TF_CPP_MIN_LOG_LEVEL=3

# What a worker starts with; Dataflow calls the template's launcher by its path.
ENTRYPOINT ["/opt/apache/beam/boot"]
