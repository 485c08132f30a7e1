#!/usr/bin/env bash
# From reviews to windows on Google Dataflow.
#
#   PROJECT=my-project REGION=europe-west1 BUCKET=my-bucket IMAGE=... \
#       ./submit_dataflow.sh gs://BUCKET/reviews-*.jsonl gs://BUCKET/data [FLAGS]
#
# REVIEWS is a file or a glob on Cloud Storage, OUTPUT the folder of the data set.
# IMAGE names the workers' image (containers/README.md builds it). Without it, each
# worker installs this package and its dependencies when it starts, which takes minutes.
# FLAGS go to the pipeline and to Beam:
#
#   --schema movielens --max_length 20           of the pipeline
#   --machine_type n2-standard-4 --max_num_workers 50 --disk_size_gb 50
#   --flexrs_goal COST_OPTIMIZED                 cheaper, within six hours
#   --service_account_email NAME@PROJECT.iam.gserviceaccount.com
#   --subnetwork regions/REGION/subnetworks/NAME --no_use_public_ips
#   --no_wait_until_finish                       end once Dataflow has the job
#   --dry_run True                               check everything, submit nothing
#
# Shows the command that it runs, which works without this script. Needs Python 3.11 to
# 3.13 and credentials: `gcloud auth application-default login`.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
source "$root/.ci/environment.sh"

usage() {
    sed -n '2,/^set /{/^#/s/^# \{0,1\}//p;}' "${BASH_SOURCE[0]}"
}

fail() {
    echo "submit_dataflow.sh: $*" >&2
    exit 2
}

if [[ "${1:-}" == -h || "${1:-}" == --help ]]; then
    usage
    exit 0
fi
for name in PROJECT REGION BUCKET; do
    if [[ -z "${!name:-}" ]]; then
        fail "$name is not set; see ./submit_dataflow.sh --help"
    fi
done
if [[ $# -lt 2 || "$1" == -* || "$2" == -* ]]; then
    fail "takes REVIEWS and OUTPUT, both on Cloud Storage; flags go behind them"
fi
reviews="$1"
output="$2"
shift 2

code=(--setup_file "$root/setup.py")
if [[ -n "${IMAGE:-}" ]]; then
    code=(--sdk_container_image "$IMAGE")
fi

prefix=""
if [[ "$PWD" != "$root" ]]; then
    prefix="$root/"
fi
(cd "$root" && prepare_environment local)
# A folder of yours called `pipeline` must not take the place of ours.
export PYTHONSAFEPATH=1
command=("$prefix$VENV_PYTHON" -m pipeline --input "$reviews" --output "$output"
    --runner DataflowRunner --project "$PROJECT" --region "$REGION"
    --temp_location "gs://${BUCKET#gs://}/temp" "${code[@]}" "$@")
printf '$' >&2
printf ' %q' "${command[@]}" >&2
printf '\n' >&2
exec "${command[@]}"
