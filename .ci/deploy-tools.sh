#!/usr/bin/env bash
# Checks everything in deploy/ that is not a script, and the workflows, each with its own tool.
# .ci/install-tools.sh installs them, except for terraform, which no package registry has.
set -euo pipefail
cd "$(dirname "$0")/.."

PATH=$PWD/.cache/deploy-tools/bin:$PATH

main() {
  .ci/check-terraform.sh
}

main
