# shellcheck shell=bash
# Sourced after run-command.sh by the scripts that deploy: steps that they share. They read what those scripts set:
# $project, $service_account, $environment.
# shellcheck disable=SC2154

create_service_account() {
  local describe create
  describe=(gcloud iam service-accounts describe "$service_account" "--project=$project")
  create=(gcloud iam service-accounts create onnx-functions "--project=$project"
    '--display-name=ONNX functions' --quiet)
  if [ "$DRY_RUN" = yes ]; then
    echo "$(quoted "${describe[@]}") >/dev/null 2>&1 || $(quoted "${create[@]}")"
  else
    "${describe[@]}" >/dev/null 2>&1 || "${create[@]}"
  fi
}

grant_bucket() {
  run gcloud storage buckets add-iam-policy-binding "gs://${1%%/*}" "--project=$project" \
    "--member=serviceAccount:$service_account" "--role=roles/storage.$2" --condition=None --format=none --quiet
}

# Adds the variables of EXTRA_ENV to $environment.
add_variables() {
  local line
  while IFS= read -r line; do
    case $line in
      '') ;;
      [A-Za-z_]*=*) environment+=("$line") ;;
      *) fail "EXTRA_ENV: expected NAME=VALUE on each line, got $line" ;;
    esac
  done <<<"$1"
}

# gcloud splits lists at commas unless the list names its separator first (`gcloud topic escaping`).
joined() {
  local separator
  for separator in @ '|' ';' '~' '#'; do
    case $* in
      *"$separator"*) ;;
      *)
        local IFS=$separator
        echo "^$separator^$*"
        return
        ;;
    esac
  done
  fail 'the environment holds each of @ | ; ~ #: gcloud needs one of them to separate the variables'
}
