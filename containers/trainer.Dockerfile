# The trainer, for machines with an NVIDIA GPU; without one it trains on the CPU.
# Build it from the root of the project: containers/README.md has the commands.
#
# CUDA comes with TensorFlow's own wheels, in the releases that it was built against and
# with digests in the lock file; of the machine it needs the driver alone.
FROM python:3.11-slim-bookworm

LABEL org.opencontainers.image.title="seamstress-trainer" \
      org.opencontainers.image.description="From windows to a recommender: python -m trainer" \
      org.opencontainers.image.licenses="Apache-2.0"

COPY requirements/trainer.txt /opt/seamstress/requirements.txt
RUN pip install --no-cache-dir --require-hashes --only-binary :all: --requirement /opt/seamstress/requirements.txt \
    && pip check

WORKDIR /opt/seamstress
COPY schemas schemas
COPY trainer trainer
RUN python -m compileall -q . \
    && useradd --create-home --uid 1000 trainer

# What nvidia's container runtime gives to a container by these.
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility \
    PYTHONPATH=/opt/seamstress \
    PYTHONUNBUFFERED=1 \
    TF_CPP_MIN_LOG_LEVEL=3

USER 1000
# Relative paths of --data and --output are in the folder that is mounted here.
WORKDIR /work

ENTRYPOINT ["python", "-m", "trainer"]
CMD ["--help"]
