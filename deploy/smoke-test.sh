#!/usr/bin/env bash
# Calls a deployed or local function and checks what it answers. `deploy/smoke-test.sh --help` says how.
set -euo pipefail
exec node "$(dirname "$0")/smoke-test.mjs" "$@"
