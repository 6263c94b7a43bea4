#!/usr/bin/env bash
# Checks deploy/monitoring: configuration, rules and their tests with Prometheus' own tool, the dashboard with
# Grafana's own definitions. test/monitoring does the rest, against a live server.
set -euo pipefail
cd "$(dirname "$0")/.."

TOOLS=$PWD/.cache/deploy-tools/bin
dashboard=deploy/monitoring/grafana/dashboard.generated.json

(
  cd deploy/monitoring
  "$TOOLS/promtool" check config prometheus.yaml
  "$TOOLS/promtool" check config prometheus-kubernetes.yaml
  "$TOOLS/promtool" test rules rules.test.yaml
)
node deploy/monitoring/make-dashboard.mjs --print | diff - "$dashboard"
"$TOOLS/check-dashboard" "$dashboard"
