#!/usr/bin/env bash
# Publishes models to a bucket. `deploy/upload-model.sh --help` says how.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
# shellcheck source=deploy/run-command.sh
. "$root/deploy/run-command.sh"

usage() {
  cat <<'HELP'
Usage: deploy/upload-model.sh [--dry-run] BUCKET|gs://BUCKET/PREFIX [MODEL...]

Publishes every version of the named models (all of them without a name) that lies in
model-artifacts, or in the folder that MODEL_ARTIFACTS names.

A version becomes visible when its manifest.json exists, so that is sent after the artifact
and its sealed variants (`npx onnx-functions seal`, which must come before this).
A published version never changes: what the bucket has already is left alone, and a file that
differs from it is an error. model.json (the aliases) is only sent where the bucket has none.

  --dry-run   print the commands, ready to be pasted, and run none of them
  --help      print this
HELP
}

main() {
  DRY_RUN=no
  models=()
  target=''
  artifacts=${MODEL_ARTIFACTS:-$root/model-artifacts}
  read_arguments "$@"
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT

  local model
  for model in "${models[@]}"; do upload_model "$model"; done
}

read_arguments() {
  local argument
  for argument in "$@"; do
    case $argument in
      --help) usage && exit ;;
      --dry-run) DRY_RUN=yes ;;
      -*) fail "unknown option $argument; see --help" ;;
      *) if [ -z "$target" ]; then target=gs://${argument#gs://}; else models+=("$argument"); fi ;;
    esac
  done
  target=${target%/}
  if [ -z "$target" ]; then fail 'expected a bucket or gs://BUCKET/PREFIX; see --help'; fi
  if [ ${#models[@]} -eq 0 ]; then find_models; fi
}

find_models() {
  local manifest folder last=''
  for manifest in "$artifacts"/*/*/manifest.json; do
    if [ ! -f "$manifest" ]; then fail "there is no MODEL/VERSION/manifest.json in $artifacts"; fi
    folder=${manifest%/*/manifest.json}
    if [ "$folder" != "$last" ]; then models+=("${folder##*/}"); fi
    last=$folder
  done
}

upload_model() {
  local manifest folder=$artifacts/$1
  for manifest in "$folder"/*/manifest.json; do
    if [ ! -f "$manifest" ]; then fail "there is no VERSION/manifest.json in $folder"; fi
    upload_version "${manifest%/manifest.json}" "$target/$1"
  done
  if [ -f "$folder/model.json" ]; then
    create_object "$folder/model.json" "$target/$1/model.json" || echo "kept $target/$1/model.json, which differs"
  fi
}

upload_version() {
  local file version=$2/${1##*/}
  run node "$root/deploy/check-version.mjs" "$1"
  for file in "$1"/*; do
    if [ "${file##*/}" != manifest.json ]; then publish "$file" "$version"; fi
  done
  publish "$1/manifest.json" "$version"
}

publish() {
  local uri=$2/${1##*/}
  create_object "$1" "$uri" || fail "$uri exists with other bytes, and a published version never changes: raise it"
}

# Creates an object that does not exist. Fails if it does exist, unless with the same bytes.
create_object() {
  local command
  command=(gcloud storage cp --if-generation-match=0 "$1" "$2")
  if [ "$DRY_RUN" = yes ]; then
    run "${command[@]}"
  elif "${command[@]}" 2>"$scratch/messages"; then
    echo "uploaded $2"
  elif gcloud storage cat "$2" >"$scratch/stored" 2>/dev/null; then
    cmp -s "$1" "$scratch/stored" && echo "unchanged $2"
  else
    cat "$scratch/messages" >&2
    fail "could not upload $2"
  fi
}

main "$@"
