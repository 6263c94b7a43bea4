#!/usr/bin/env bash
# Makes a deployed model a function of BigQuery's SQL. `deploy/bigquery.sh --help` says how.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=deploy/run-command.sh
. "$root/deploy/run-command.sh"

usage() {
  cat <<'HELP'
Usage: deploy/bigquery.sh [--dry-run] DATASET

Makes a deployed model a function of BigQuery, so that SQL can say DATASET.MODEL(feature, ...):

  1. creates a connection, whose service account is who BigQuery calls as
  2. lets that account call the function
  3. runs the CREATE FUNCTION statement of model-info, with names and address filled in

It can be repeated at any time. The SQL function stays with the version of the model that it was
made for: run it again when another one is deployed.

  --dry-run   print the commands, ready to be pasted, and run none of them
  --help      print this

Settings (environment variables):
  PROJECT       the Google Cloud project; required
  REGION        where the functions are deployed       [us-central1]
  FUNCTION      who answers: predict-batch, predict or serve. Without serve, model-info
                must be deployed besides                 [predict-batch]
  NAME_PREFIX   what stands before the names of the functions
  LOCATION      where the dataset is                     [us]
  CONNECTION    name of the connection                   [onnx-functions]
  TOKEN         identity token with which model-info is read
                [what `gcloud auth print-identity-token` prints]
HELP
}

main() {
  DRY_RUN=no
  dataset=''
  read_arguments "$@"
  read_settings

  run cd "$root"
  create_connection
  let_connection_call
  create_function
}

read_arguments() {
  local argument
  for argument in "$@"; do
    case $argument in
      --help) usage && exit ;;
      --dry-run) DRY_RUN=yes ;;
      -*) fail "unknown option $argument; see --help" ;;
      *)
        if [ -n "$dataset" ]; then fail "expected one dataset, got $dataset and $argument"; fi
        dataset=$argument
        ;;
    esac
  done
  case $dataset in
    '') fail 'expected the name of a dataset; see --help' ;;
    *[!A-Za-z0-9_]*) fail "expected the name of a dataset, of letters, digits and underscores, got $dataset" ;;
  esac
}

read_settings() {
  project=${PROJECT:-}
  if [ -z "$project" ]; then fail 'PROJECT must name the Google Cloud project; see --help'; fi
  region=${REGION:-us-central1}
  function=${FUNCTION:-predict-batch}
  case $function in
    predict-batch | predict | serve) ;;
    *) fail "FUNCTION: expected predict-batch, predict or serve, got $function" ;;
  esac
  location=$(lower "${LOCATION:-us}")
  connection_id=${CONNECTION:-onnx-functions}
  connection=$project.$location.$connection_id
}

create_connection() {
  local show create
  show=(bq "--project_id=$project" --format=json show --connection "$connection")
  create=(bq "--project_id=$project" "--location=$location" mk --connection --connection_type=CLOUD_RESOURCE
    "$connection_id")
  if [ "$DRY_RUN" = yes ]; then
    echo "$(quoted "${show[@]}") >/dev/null 2>&1 || $(quoted "${create[@]}")"
  else
    "${show[@]}" >/dev/null 2>&1 || "${create[@]}"
  fi
}

let_connection_call() {
  local description caller
  keep description bq "--project_id=$project" --format=json show --connection "$connection"
  keep caller node -p 'JSON.parse(process.argv[1]).cloudResource.serviceAccountId' "$description"
  run gcloud functions add-invoker-policy-binding "${NAME_PREFIX:-}$function" "--project=$project" \
    "--region=$region" "--member=serviceAccount:$caller" --format=none --quiet
}

create_function() {
  local endpoint info statement
  find_address endpoint "$function"
  info=$endpoint/model-info
  if [ "$function" = serve ]; then endpoint=$endpoint/predict/batch; else find_address info model-info; fi
  if [ -z "${TOKEN:-}" ]; then keep TOKEN gcloud auth print-identity-token; fi
  # Through the environment: arguments can be read by everybody on this machine.
  run export TOKEN
  keep statement node deploy/create-function.mjs "$info" "--endpoint=$endpoint" \
    "--dataset=$project.$dataset" "--connection=$connection"
  if [ "$DRY_RUN" = no ]; then echo "$statement"; fi
  run bq "--project_id=$project" query --use_legacy_sql=false "$statement"
}

# find_address VARIABLE FUNCTION
find_address() {
  keep "$1" gcloud functions describe "${NAME_PREFIX:-}$2" "--project=$project" "--region=$region" \
    '--format=value(url)'
}

main "$@"
