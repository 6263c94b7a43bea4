// Takes the dashboard and all PromQL out of what `terraform test -json -verbose` printed:
//
//   node .ci/terraform/cloud-monitoring.mjs TEST_OUTPUT DASHBOARD RULES
//
// The queries are written as rules of Prometheus, whose own tool then parses them. YAML is a superset of JSON.
import { readFileSync, writeFileSync } from 'node:fs';

const [input, dashboardPath, rulesPath] = process.argv.slice(2);
const state = completeState(readFileSync(input, 'utf8'));
const dashboard = resource('google_monitoring_dashboard').dashboard_json;
const charts = JSON.parse(dashboard)
  .mosaicLayout.tiles.flatMap(({ widget }) => widget.xyChart.dataSets)
  .map(({ timeSeriesQuery }) => timeSeriesQuery.prometheusQuery.replace(/\$\{__interval\}/g, '5m'));
const alerts = Object.values(state.outputs.alert_queries.value);

const rules = [...alerts, ...charts].map((expr, index) => ({ record: `query_${index}`, expr }));
writeFileSync(dashboardPath, dashboard);
writeFileSync(rulesPath, JSON.stringify({ groups: [{ name: 'cloud-monitoring', rules }] }));

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

function resource(type) {
  const found = state.root_module.resources.find((candidate) => candidate.type === type);
  if (found === undefined) throw new Error(`${input}: expected a ${type}`);
  return found.values;
}
