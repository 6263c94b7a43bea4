#!/usr/bin/env bash
# Checks what Terraform hands to Cloud Monitoring, which Terraform itself takes for plain text: the dashboard against
# the messages of the API, and every query as PromQL, and when the alerts fire.
#
#   .ci/check-cloud-monitoring.sh FILE    what `terraform test -json -verbose` printed of one file
set -euo pipefail
cd "$(dirname "$0")/.."

TOOLS=.cache/deploy-tools
dashboard=$TOOLS/terraform/dashboard.json
rules=$TOOLS/terraform/cloud-monitoring.rules.json

node .ci/terraform/cloud-monitoring.mjs "$1" "$dashboard" "$rules"
$TOOLS/python/bin/python - "$dashboard" <<'PYTHON'
import sys
from google.cloud.monitoring_dashboard_v1 import Dashboard

with open(sys.argv[1]) as file:
    dashboard = Dashboard.from_json(file.read(), ignore_unknown_fields=False)
print(f"dashboard of Cloud Monitoring: {len(dashboard.mosaic_layout.tiles)} charts")
PYTHON
$TOOLS/bin/promtool check rules "$rules"
# Beside the rules, because it names them by a path from where it is.
cp deploy/terraform/tests/alerts.test.yaml $TOOLS/terraform/
$TOOLS/bin/promtool test rules $TOOLS/terraform/alerts.test.yaml
