#!/usr/bin/env bash
# Makes the lock files again, from the bounds of pyproject.toml.
#
#   requirements/lock.sh                          keeps the pins that still fit
#   requirements/lock.sh --upgrade                the newest that fit
#   requirements/lock.sh --upgrade-package rich   that of one package
#
# Needs uv (in .venv after `bash tests/run.sh`; UV=/path/to/uv names another) and the
# Python package index.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

uv="${UV:-.venv/bin/uv}"

# Neither settings nor indexes of this machine: the files must mean the same anywhere.
compile() {
    local output="$1"
    shift
    "$uv" pip compile --no-config --default-index https://pypi.org/simple --quiet \
        --universal --python-version 3.11 --generate-hashes \
        --custom-compile-command requirements/lock.sh \
        --output-file "requirements/$output.txt" "$@"
}

# One resolution of everything first; the others are parts of it, so that all agree.
compile dev pyproject.toml --extra dev "$@"
compile local pyproject.toml --extra gcp --constraints requirements/dev.txt
for part in pipeline trainer; do
    compile "$part" "requirements/$part.in" --constraints requirements/dev.txt
done
