#!/usr/bin/env bash
# Scores many files as a Cloud Run job with parallel tasks. `deploy/deploy-job.sh --help` says what can be set.
# Written for bash 3.2, the one on macOS: no associative arrays, no empty-array expansion.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=deploy/run-command.sh
. "$root/deploy/run-command.sh"
# shellcheck source=deploy/gcloud-steps.sh
. "$root/deploy/gcloud-steps.sh"

usage() {
  cat <<'HELP'
Usage: deploy/deploy-job.sh [OPTION...] INPUT OUTPUT [-- GCLOUD_FLAG...]

Scores every CSV and NDJSON file below INPUT, each once, and writes predictions below OUTPUT; both
are gs://BUCKET/PREFIX. It deploys a Cloud Run job that runs the container image, and executes it.
What follows "--" goes to `gcloud run jobs deploy` as it is, for instance --network=NAME.

Options:
  --dry-run      print the commands, ready to be pasted, and run none of them
  --no-execute   deploy the job, and leave it to `gcloud run jobs execute`
  --no-wait      begin the execution, and do not wait for its end
  --skip-iam     neither create the service account nor grant it anything
  --help         print this

Settings (environment variables):
  PROJECT          the Google Cloud project; required
  IMAGE            the container image, as the Dockerfile makes it; required
  BUCKET           bucket of the models: short for MODEL_REGISTRY=gs://BUCKET
  MODEL_REGISTRY   gs://BUCKET/PREFIX, or model-artifacts for the models in the image;
                   this or BUCKET is required
  MODEL_NAME       which model to score with           [the registry's only one]
  MODEL_VERSION    which version of it                 [the production version]
  REGION           where to run                        [us-central1]
  JOB              name of the job                     [score]
  TASKS            tasks that share the files          [8]
  PARALLELISM      most tasks at the same time         [as many as there are]
  MAX_RETRIES      how often a task that failed is begun again   [3]
  TIMEOUT          longest a task may take             [3600s]
  MEMORY           memory of a task                    [1Gi]
  CPU              CPUs of a task                      [1]
  SERVICE_ACCOUNT  e-mail of an existing account to run as
                   [onnx-functions@PROJECT.iam.gserviceaccount.com, created]
  EXTRA_ENV        more variables, one NAME=VALUE per line
HELP
}

main() {
  DRY_RUN=no
  execute=yes
  wait=--wait
  iam=yes
  places=()
  gcloud_flags=(--quiet)
  read_arguments "$@"
  read_settings

  run cd "$root"
  if [ "$iam" = yes ]; then prepare_service_account; fi
  deploy_job
  if [ "$execute" = yes ]; then execute_job; fi
}

read_arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      --help) usage && exit ;;
      --dry-run) DRY_RUN=yes ;;
      --no-execute) execute=no ;;
      --no-wait) wait=--async ;;
      --skip-iam) iam=no ;;
      --) shift && gcloud_flags+=("$@") && break ;;
      -*) fail "unknown option $1; see --help" ;;
      gs://?*) places+=("${1%/}") ;;
      *) fail "expected gs://BUCKET/PREFIX, got $1" ;;
    esac
    shift
  done
  if [ ${#places[@]} -ne 2 ]; then fail "expected INPUT and OUTPUT, got ${#places[@]} places; see --help"; fi
  input=${places[0]}
  output=${places[1]}
}

read_settings() {
  project=${PROJECT:-}
  if [ -z "$project" ]; then fail 'PROJECT must name the Google Cloud project; see --help'; fi
  image=${IMAGE:-}
  if [ -z "$image" ]; then fail 'IMAGE must name the container image; see --help'; fi
  registry=${MODEL_REGISTRY:-${BUCKET:+gs://${BUCKET#gs://}}}
  if [ -z "$registry" ]; then fail 'BUCKET or MODEL_REGISTRY must say where the models are; see --help'; fi
  region=${REGION:-us-central1}
  job=${JOB:-score}
  service_account=${SERVICE_ACCOUNT:-onnx-functions@$project.iam.gserviceaccount.com}
  read_environment
  # The image's program is Node.
  arguments=$(joined cli.js score "$input" --output "$output")
}

read_environment() {
  environment=("GOOGLE_CLOUD_PROJECT=$project" "MODEL_REGISTRY=$registry")
  local name
  for name in MODEL_NAME MODEL_VERSION; do
    if [ -n "${!name:-}" ]; then environment+=("$name=${!name}"); fi
  done
  add_variables "${EXTRA_ENV:-}"
  environment_list=$(joined "${environment[@]}")
}

# It reads the models and the files, and writes predictions.
prepare_service_account() {
  if [ -z "${SERVICE_ACCOUNT:-}" ]; then create_service_account; fi
  case $registry in
    gs://*) grant_bucket "${registry#gs://}" objectViewer ;;
  esac
  local from=${input#gs://} to=${output#gs://}
  if [ "${from%%/*}" != "${to%%/*}" ]; then grant_bucket "$from" objectViewer; fi
  grant_bucket "$to" objectUser
}

deploy_job() {
  if [ -n "${PARALLELISM:-}" ]; then gcloud_flags+=("--parallelism=$PARALLELISM"); fi
  run gcloud run jobs deploy "$job" "--project=$project" "--region=$region" "--image=$image" \
    "--args=$arguments" "--set-env-vars=$environment_list" "--tasks=${TASKS:-8}" \
    "--max-retries=${MAX_RETRIES:-3}" "--task-timeout=${TIMEOUT:-3600s}" "--memory=${MEMORY:-1Gi}" \
    "--cpu=${CPU:-1}" "--service-account=$service_account" --labels=app=onnx-functions "${gcloud_flags[@]}"
}

execute_job() {
  run gcloud run jobs execute "$job" "--project=$project" "--region=$region" "$wait" \
    '--format=value(metadata.name)' --quiet
}

main "$@"
