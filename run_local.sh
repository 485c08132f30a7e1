#!/usr/bin/env bash
# From reviews to recommendations on this machine.
#
#   ./run_local.sh                             on a sample made for the purpose
#   ./run_local.sh REVIEWS [OUTPUT] [FLAGS]    on your own file, or a glob in quotes
#
# OUTPUT is the folder to write (run_local); what an earlier run left there is
# replaced. FLAGS go to the pipeline:
#
#   ./run_local.sh ratings.csv movies --schema movielens --max_length 20
#
# Needs Python 3.11 to 3.13. The first run makes .venv and installs into it.
set -euo pipefail

readonly SAMPLE_REVIEWS=60000
readonly SAMPLE_ITEMS=500
readonly EXAMPLES=3

root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
source "$root/.ci/environment.sh"

usage() {
    sed -n '2,/^set /{/^#/s/^# \{0,1\}//p;}' "${BASH_SOURCE[0]}"
}

fail() {
    echo "run_local.sh: $*" >&2
    exit 2
}

# Shows a command as it can be typed, and runs it.
run() {
    printf '\n$' >&2
    printf ' %q' "$@" >&2
    printf '\n' >&2
    "$@"
}

positional=()
while [[ $# -gt 0 && "$1" != -* ]]; do
    positional+=("$1")
    shift
done
if [[ "${1:-}" == -h || "${1:-}" == --help ]]; then
    usage
    exit 0
fi
flags=("$@")
if [[ ${#positional[@]} -gt 2 ]]; then
    fail "takes REVIEWS and OUTPUT, got ${#positional[@]} arguments: put a glob in" \
        "quotes, and flags behind OUTPUT."
fi
reviews="${positional[0]:-}"
if [[ -z "$reviews" ]]; then
    before=-
    for argument in ${flags[@]+"${flags[@]}"}; do
        if [[ "$argument" != -* && "$before" != -* && -e "$argument" ]]; then
            fail "REVIEWS and OUTPUT stand before the flags, and $argument stands" \
                "behind a value: name it first."
        fi
        before="$argument"
    done
fi
if [[ -n "$reviews" && "$reviews" != *://* && ! -e "$reviews" ]] \
    && ! compgen -G "$reviews" >/dev/null; then
    fail "there is no file $reviews; name a file of reviews, or nothing to use a sample."
fi

# The commands run where you are, so that your paths mean what you typed.
prefix=""
if [[ "$PWD" != "$root" ]]; then
    prefix="$root/"
fi
output="${positional[1]:-${prefix}run_local}"
(cd "$root" && prepare_environment local)
python="$prefix$VENV_PYTHON"
# A folder of yours called `pipeline` must not take the place of ours.
export PYTHONSAFEPATH=1

SECONDS=0
if [[ -z "$reviews" ]]; then
    reviews="$output/sample.jsonl"
    run "$python" -m pipeline.sample --reviews "$SAMPLE_REVIEWS" \
        --items "$SAMPLE_ITEMS" --output "$reviews" --overwrite
    flags=(--schema rent_the_runway ${flags[@]+"${flags[@]}"})
fi
run "$python" -m pipeline --input "$reviews" --output "$output/data" \
    --runner=DirectRunner --overwrite ${flags[@]+"${flags[@]}"}
run "$python" -m trainer train --data "$output/data" --output "$output/run" \
    --config quick --overwrite
if "$python" "$root/.ci/summary.py" has_held_out "$output"; then
    run "$python" -m trainer evaluate --run "$output/run" --data "$output/data"
fi
run "$python" -m trainer predict --model "$output/run/model" \
    --data "$output/data" --examples "$EXAMPLES" --format table
"$python" "$root/.ci/summary.py" print "$output" "$reviews" "$SECONDS" "$python"
