#!/usr/bin/env bash
# Deploys functions to Google Cloud Functions (gen2). `deploy/deploy.sh --help` says what can be set.
# Written for bash 3.2, the one on macOS: no associative arrays, no empty-array expansion.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=deploy/run-command.sh
. "$root/deploy/run-command.sh"
# shellcheck source=deploy/gcloud-steps.sh
. "$root/deploy/gcloud-steps.sh"

usage() {
  cat <<'HELP'
Usage: deploy/deploy.sh [OPTION...] [FUNCTION...] [-- GCLOUD_FLAG...]

Builds dist/ and deploys it once for each function:

  predict         one prediction
  predict-batch   many predictions in one request
  model-info      what the model is and expects
  serve           all of them under one address, by path
  score-file      scores each CSV or NDJSON file that comes to a bucket

Without a name: predict, predict-batch and model-info. What follows "--" goes to
`gcloud functions deploy` as it is, for instance --vpc-connector=NAME.

Options:
  --dry-run     print the commands, ready to be pasted, and run none of them
  --no-build    deploy dist/ as it is
  --skip-iam    neither create the service account nor grant it anything
  --help        print this

Settings (environment variables):
  PROJECT                 the Google Cloud project; required
  BUCKET                  bucket of the models: short for MODEL_REGISTRY=gs://BUCKET
  MODEL_REGISTRY          gs://BUCKET/PREFIX, or model-artifacts for the models in dist/;
                          this or BUCKET is required
  MODEL_NAME              which model to serve                [the only one, or iris in dist/]
  MODEL_VERSION           which version of it                 [the production version]
  REGION                  where to deploy                     [us-central1]
  RUNTIME                 nodejs24 or nodejs22                [nodejs24]
  MEMORY                  memory of an instance               [512Mi; score-file 1Gi]
  CPU                     CPUs of an instance; more than one
                          request at once needs at least 1    [1]
  CONCURRENCY             requests at once in an instance     [40; score-file 1]
  MIN_INSTANCES           instances kept warm, and paid for   [0]
  MAX_INSTANCES           most instances                      [10]
  TIMEOUT                 longest a request may take          [60s; score-file 540s]
  SERVICE_ACCOUNT         e-mail of an existing account to run as
                          [onnx-functions@PROJECT.iam.gserviceaccount.com, created]
  ALLOW_UNAUTHENTICATED   yes lets everybody call             [no]
  CORS_ALLOW_ORIGINS      origins of browsers, comma list     [none]
  PREDICTION_LOG          none, stats or full                 [stats]
  EXTRA_ENV               more variables, one NAME=VALUE per line
  SECRETS                 Secret Manager: NAME=SECRET:VERSION, comma list; the service
                          account is let read each (you need
                          secretmanager.secrets.setIamPolicy, or --skip-iam)
  SCORE_BUCKET            bucket whose new files score-file takes; required for it
  SCORE_BUCKET_LOCATION   where that bucket is                [REGION]
  SCORE_INPUT_PREFIX      names that it takes start so        [input/]
  SCORE_OUTPUT_PREFIX     names that it writes start so       [predictions/]
  SCORE_OUTPUT_BUCKET     where it writes them                [SCORE_BUCKET]
  NAME_PREFIX             put before the names of the functions, for instance staging-
  SOURCE                  the built folder                    [dist]
HELP
}

main() {
  DRY_RUN=no
  build=yes
  iam=yes
  functions=()
  gcloud_flags=(--quiet)
  read_arguments "$@"
  read_settings

  run cd "$root"
  if [ "$iam" = yes ]; then prepare_service_account; fi
  if [ "$build" = yes ]; then run npm run build; fi
  local name
  for name in "${functions[@]}"; do deploy_function "$name"; done
}

read_arguments() {
  while [ $# -gt 0 ]; do
    case $1 in
      --help) usage && exit ;;
      --dry-run) DRY_RUN=yes ;;
      --no-build) build=no ;;
      --skip-iam) iam=no ;;
      --) shift && gcloud_flags+=("$@") && break ;;
      -*) fail "unknown option $1; see --help" ;;
      *) entry_point "$1" >/dev/null && functions+=("$1") ;;
    esac
    shift
  done
  if [ ${#functions[@]} -eq 0 ]; then functions=(predict predict-batch model-info); fi
}

entry_point() {
  case $1 in
    predict | serve) echo "$1" ;;
    predict-batch) echo predictBatch ;;
    model-info) echo modelInfo ;;
    score-file) echo scoreFile ;;
    *) fail "unknown function $1: expected predict, predict-batch, model-info, serve or score-file" ;;
  esac
}

is_deployed() {
  case " ${functions[*]} " in *" $1 "*) ;; *) return 1 ;; esac
}

read_settings() {
  project=${PROJECT:-}
  region=${REGION:-us-central1}
  if [ -z "$project" ]; then fail 'PROJECT must name the Google Cloud project; see --help'; fi
  registry=${MODEL_REGISTRY:-${BUCKET:+gs://${BUCKET#gs://}}}
  if [ -z "$registry" ]; then fail 'BUCKET or MODEL_REGISTRY must say where the models are; see --help'; fi
  runtime=${RUNTIME:-nodejs24}
  case $runtime in
    nodejs22 | nodejs24) ;;
    *) fail "RUNTIME: expected nodejs24 or nodejs22, got $runtime" ;;
  esac
  case ${ALLOW_UNAUTHENTICATED:-no} in
    yes) access=--allow-unauthenticated ;;
    no) access=--no-allow-unauthenticated ;;
    *) fail "ALLOW_UNAUTHENTICATED: expected yes or no, got $ALLOW_UNAUTHENTICATED" ;;
  esac
  service_account=${SERVICE_ACCOUNT:-onnx-functions@$project.iam.gserviceaccount.com}
  read_environment
  if is_deployed score-file; then read_score_settings; fi
}

# What the functions find in their environment, and no more: a deployment replaces all of it.
read_environment() {
  # The folder that the build fills (function/fill-compile-cache.js): a build and its function both lie in /workspace.
  environment=("GOOGLE_CLOUD_PROJECT=$project" "MODEL_REGISTRY=$registry" NODE_COMPILE_CACHE=/workspace/.compile-cache)
  local name
  for name in MODEL_NAME MODEL_VERSION CORS_ALLOW_ORIGINS PREDICTION_LOG; do
    if [ -n "${!name:-}" ]; then environment+=("$name=${!name}"); fi
  done
  add_variables "${EXTRA_ENV:-}"
  # Here and not inside the command: a failure in an argument's $(...) would not stop the script.
  environment_list=$(joined "${environment[@]}")
}

read_score_settings() {
  score_bucket=${SCORE_BUCKET:-}
  score_bucket=${score_bucket#gs://}
  case $score_bucket in
    '') fail 'SCORE_BUCKET must name the bucket whose files score-file takes; see --help' ;;
    */*) fail "SCORE_BUCKET: expected a bucket, without a prefix, got $score_bucket" ;;
  esac
  score_output_bucket=${SCORE_OUTPUT_BUCKET:-$score_bucket}
  score_output_bucket=${score_output_bucket#gs://}
  score_location=$(lower "${SCORE_BUCKET_LOCATION:-$region}")
  local scoring=("${environment[@]}")
  if [ -n "${SCORE_INPUT_PREFIX:-}" ]; then scoring+=("SCORE_INPUT_PREFIX=$SCORE_INPUT_PREFIX"); fi
  if [ -n "${SCORE_OUTPUT_PREFIX:-}" ]; then scoring+=("SCORE_OUTPUT_PREFIX=$SCORE_OUTPUT_PREFIX"); fi
  if [ "$score_output_bucket" != "$score_bucket" ]; then scoring+=("SCORE_OUTPUT_BUCKET=$score_output_bucket"); fi
  score_environment_list=$(joined "${scoring[@]}")
}

# Reading the models is all that the account may do, unless it scores files.
prepare_service_account() {
  if [ -z "${SERVICE_ACCOUNT:-}" ]; then create_service_account; fi
  case $registry in
    gs://*) grant_bucket "${registry#gs://}" objectViewer ;;
  esac
  if [ -n "${SECRETS:-}" ]; then grant_secrets; fi
  if is_deployed score-file; then prepare_score_file; fi
}

grant_secrets() {
  local entries entry secret
  IFS=, read -r -a entries <<<"$SECRETS"
  for entry in "${entries[@]}"; do
    secret=${entry#*=}
    run gcloud secrets add-iam-policy-binding "${secret%:*}" "--project=$project" \
      "--member=serviceAccount:$service_account" --role=roles/secretmanager.secretAccessor \
      --condition=None --format=none --quiet
  done
}

# The files, and the way by which the news of one travels: the bucket tells Pub/Sub, and Eventarc calls the function.
prepare_score_file() {
  if [ "$score_output_bucket" != "$score_bucket" ]; then grant_bucket "$score_bucket" objectViewer; fi
  grant_bucket "$score_output_bucket" objectUser
  grant_project "$service_account" eventarc.eventReceiver
  local storage_agent
  keep storage_agent gcloud storage service-agent "--project=$project"
  grant_project "$storage_agent" pubsub.publisher
}

grant_project() {
  run gcloud projects add-iam-policy-binding "$project" "--member=serviceAccount:$1" "--role=roles/$2" \
    --condition=None --format=none --quiet
}

deploy_function() {
  local entry secrets=--clear-secrets memory=512Mi concurrency=40 timeout=60s variables=$environment_list trigger
  entry=$(entry_point "$1")
  trigger=(--trigger-http "$access")
  if [ "$1" = score-file ]; then
    # One file at a time, for as long as an event may take. Without --retry the news of a file comes only once.
    memory=1Gi concurrency=1 timeout=540s variables=$score_environment_list
    trigger=(--trigger-event-filters=type=google.cloud.storage.object.v1.finalized
      "--trigger-event-filters=bucket=$score_bucket" "--trigger-location=$score_location"
      "--trigger-service-account=$service_account" --retry)
  fi
  if [ -n "${SECRETS:-}" ]; then secrets=--set-secrets=$SECRETS; fi
  # on-deploy keeps the Node version that was built with: a new one would void what the build prepared for it.
  run gcloud functions deploy "${NAME_PREFIX:-}$1" --gen2 "--project=$project" "--region=$region" \
    "--runtime=$runtime" --runtime-update-policy=on-deploy "--source=${SOURCE:-dist}" \
    "--entry-point=$entry" "${trigger[@]}" "--service-account=$service_account" \
    "--memory=${MEMORY:-$memory}" "--cpu=${CPU:-1}" "--concurrency=${CONCURRENCY:-$concurrency}" \
    "--min-instances=${MIN_INSTANCES:-0}" "--max-instances=${MAX_INSTANCES:-10}" "--timeout=${TIMEOUT:-$timeout}" \
    "--set-env-vars=$variables" "$secrets" \
    --set-build-env-vars=ONNXRUNTIME_NODE_INSTALL=skip --update-labels=app=onnx-functions \
    '--format=value(url)' "${gcloud_flags[@]}"
  if [ "$1" = score-file ] && [ "$iam" = yes ]; then let_trigger_call "${NAME_PREFIX:-}$1"; fi
}

# The trigger calls as the function's own account. Only now is there something that it may be let into.
let_trigger_call() {
  run gcloud functions add-invoker-policy-binding "$1" "--project=$project" "--region=$region" \
    "--member=serviceAccount:$service_account" --format=none --quiet
}

main "$@"
