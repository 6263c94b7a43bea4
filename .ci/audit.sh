#!/usr/bin/env bash
# Asks npm's registry for known holes. What is installed where it is deployed may have none; what is bundled, builds or
# tests, no grave one.
set -euo pipefail
cd "$(dirname "$0")/.."

(cd deploy/function && npm audit --audit-level=low)
npm audit --audit-level=high
