#!/usr/bin/env bash
# Checks deploy/terraform without Terraform's registry: its form, every name and type against the schema of Google's
# provider, its tests, the dashboard against the messages of Cloud Monitoring's API, and the queries as PromQL.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v terraform >/dev/null; then
  echo 'terraform is not installed, and no package registry has it: https://developer.hashicorp.com/terraform/install' >&2
  exit 1
fi

TOOLS=$PWD/.cache/deploy-tools
LOGS=$PWD/.cache/deploy-tools/terraform
mkdir -p "$LOGS"

main() {
  use_schema_only_provider
  terraform fmt -check -diff -recursive deploy/terraform
  local module
  for module in deploy/terraform deploy/terraform/examples/*/; do validate "$module"; done
  run_tests
  .ci/check-cloud-monitoring.sh "$LOGS/test.ndjson"
}

# An overridden provider needs no `terraform init`, and so no registry.
use_schema_only_provider() {
  export TF_CLI_CONFIG_FILE=$LOGS/terraform.rc CHECKPOINT_DISABLE=1
  cat >"$TF_CLI_CONFIG_FILE" <<RC
provider_installation {
  dev_overrides {
    "hashicorp/google" = "$TOOLS/terraform-provider"
  }
  direct {}
}
RC
}

# validate FOLDER: `get` links the modules of an example, which are all here.
validate() {
  echo "terraform validate: $1"
  terraform -chdir="$1" get >/dev/null
  terraform -chdir="$1" validate -no-color >"$LOGS/validate.log" 2>&1 || {
    cat "$LOGS/validate.log"
    exit 1
  }
}

# The second time is for the state that the fullest deployment has. Of one file alone: several run at once, and what they
# print of their states runs into each other.
run_tests() {
  terraform -chdir=deploy/terraform test -no-color
  terraform -chdir=deploy/terraform test -json -verbose -filter=tests/complete.tftest.hcl >"$LOGS/test.ndjson"
}

main
