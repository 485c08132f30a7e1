#!/usr/bin/env bash
# Checks the project on a machine that has bash and Python 3.11 to 3.13.
#
#   bash tests/run.sh                      format, lint, types, then the fast tests
#   bash tests/run.sh --all                the slow tests too
#   bash tests/run.sh tests/trainer -k x   these tests alone; arguments go to pytest
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source .ci/environment.sh

chosen=(-m "not slow")
arguments=()
for argument in "$@"; do
    if [[ "$argument" == --all ]]; then
        chosen=()
    else
        arguments+=("$argument")
    fi
done

prepare_environment dev

if [[ ${#arguments[@]} -eq 0 ]]; then
    "$VENV_PYTHON" -m ruff format --check .
    "$VENV_PYTHON" -m ruff check .
    "$VENV_PYTHON" -m mypy
fi
# Two workers: each one imports TensorFlow, and more would not pay for it. By file, so
# that fixtures of a file are made once; in the order of their names, since the files with
# the fewest tests have the longest, and at the end one worker would wait for them.
exec "$VENV_PYTHON" -m pytest -n 2 --dist loadfile --no-loadscope-reorder \
    ${chosen[@]+"${chosen[@]}"} ${arguments[@]+"${arguments[@]}"}
