// Takes the dashboard and all PromQL out of what `terraform test -json -verbose` printed:
//
//   node .ci/terraform/cloud-monitoring.mjs TEST_OUTPUT DASHBOARD RULES
//
// The queries are written as rules of Prometheus, the alerts under their names, whose own tool then parses and tests them. YAML is a superset of JSON.
import { readFileSync, writeFileSync } from 'node:fs';

const [input, dashboardPath, rulesPath] = process.argv.slice(2);
const state = completeState(readFileSync(input, 'utf8'));
const dashboard = resources('google_monitoring_dashboard')[0].values.dashboard_json;
const charts = JSON.parse(dashboard)
  .mosaicLayout.tiles.flatMap(({ widget }) => widget.xyChart.dataSets)
  .map(({ timeSeriesQuery }) => timeSeriesQuery.prometheusQuery.replace(/\$\{__interval\}/g, '5m'));
const alerts = resources('google_monitoring_alert_policy').map(({ index, values }) => {
  const { query, duration } = values.conditions[0].condition_prometheus_query_language[0];
  return { alert: index, expr: query, for: duration };
});

const groups = [
  { name: 'charts', rules: charts.map((expr, index) => ({ record: `chart_${index}`, expr })) },
  { name: 'alerts', rules: alerts },
];
writeFileSync(dashboardPath, dashboard);
writeFileSync(rulesPath, JSON.stringify({ groups }));

/** The state of the run that made most: it has every optional part. */
function completeState(text) {
  const states = text
    .split('\n')
    .filter((line) => line.includes('"type":"test_state"'))
    .map((line) => JSON.parse(line).test_state);
  const [first] = states.sort((a, b) => b.root_module.resources.length - a.root_module.resources.length);
  if (first === undefined) throw new Error(`${input}: expected the state of a test run`);
  return first;
}

function resources(type) {
  const found = state.root_module.resources.filter((candidate) => candidate.type === type);
  if (found.length === 0) throw new Error(`${input}: expected a ${type}`);
  return found;
}
