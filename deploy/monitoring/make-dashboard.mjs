// Writes grafana/dashboard.generated.json from the table below: a panel is a title, a unit and its queries, and all else of it
// follows. Grafana's own form of the same is 40 lines a panel.
//
//   node deploy/monitoring/make-dashboard.mjs [--print]
import { writeFileSync } from 'node:fs';

const OF = 'job=~"$job", instance=~"$instance"';
/** Probes and pages are no predictions. */
const PREDICTIONS = `${OF}, protocol!="none"`;

const rate = (metric, labels = OF) => `rate(${metric}{${labels}}[$__rate_interval])`;
const quantile = (q, metric, { by = '', labels = OF } = {}) =>
  `histogram_quantile(${q}, sum by (le${by && `, ${by}`}) (${rate(`${metric}_bucket`, labels)}))`;

/** Rows of the dashboard. `queries` maps the name of a line, in which {{label}} stands for a label, to what it shows. */
const ROWS = {
  Overview: [
    {
      title: 'Requests',
      unit: 'reqps',
      type: 'stat',
      queries: { 'a second': `sum(${rate('onnx_requests_total', PREDICTIONS)})` },
    },
    {
      title: 'Errors',
      unit: 'percentunit',
      type: 'stat',
      limits: [0.01, 0.05],
      queries: { 'answered with 5xx': errorRatio() },
    },
    {
      title: 'p95',
      unit: 's',
      type: 'stat',
      limits: [0.25, 0.5],
      queries: {
        'of the latency': quantile(0.95, 'onnx_request_duration_seconds', { labels: PREDICTIONS }),
      },
    },
    {
      title: 'Instances',
      unit: 'none',
      type: 'stat',
      queries: { up: `sum(up{${OF}})`, 'of {{job}}': `count by (job) (up{${OF}})` },
    },
    {
      title: 'Requests by status',
      unit: 'reqps',
      queries: { '{{status}}': `sum by (status) (${rate('onnx_requests_total', PREDICTIONS)})` },
    },
    {
      title: 'Requests by route',
      unit: 'reqps',
      queries: {
        '{{route}} {{protocol}}': `sum by (route, protocol) (${rate('onnx_requests_total', PREDICTIONS)})`,
      },
    },
    {
      title: 'Latency',
      unit: 's',
      queries: Object.fromEntries(
        [0.5, 0.95, 0.99].map((q) => [
          `p${q * 100}`,
          quantile(q, 'onnx_request_duration_seconds', { labels: PREDICTIONS }),
        ]),
      ),
    },
    {
      title: 'Latency by route (p95)',
      unit: 's',
      queries: {
        '{{route}}': quantile(0.95, 'onnx_request_duration_seconds', { by: 'route', labels: PREDICTIONS }),
      },
    },
    {
      title: 'Where the time goes (p95)',
      unit: 's',
      description:
        'Waiting for the runs before, and the run itself. The rest of the latency is reading, checking, writing.',
      queries: {
        'queue {{model}}/{{version}}': quantile(0.95, 'onnx_queue_duration_seconds', {
          by: 'model, version',
        }),
        'run {{model}}/{{version}}': quantile(0.95, 'onnx_inference_duration_seconds', {
          by: 'model, version',
        }),
      },
    },
    {
      title: 'Rows of a request',
      unit: 'none',
      queries: {
        'mean {{model}}/{{version}}': `sum by (model, version) (${rate('onnx_batch_rows_sum')}) / sum by (model, version) (${rate('onnx_batch_rows_count')})`,
        'p95 {{model}}/{{version}}': quantile(0.95, 'onnx_batch_rows', { by: 'model, version' }),
      },
    },
  ],
  Predictions: [
    {
      title: 'Predictions by class and version',
      unit: 'ops',
      queries: {
        '{{model}}/{{version}} {{class}}': `sum by (model, version, class) (${rate('onnx_predictions_total')})`,
      },
    },
    {
      title: 'Share of each class in an hour',
      unit: 'percentunit',
      stacked: true,
      queries: { '{{model}}/{{version}} {{class}}': 'onnx:class_share:1h{job=~"$job"}' },
    },
    {
      title: 'Requests by version',
      unit: 'reqps',
      description: 'How a rollout comes along.',
      queries: {
        '{{model}}/{{version}}': `sum by (model, version) (${rate('onnx_requests_total', `${PREDICTIONS}, model!=""`)})`,
      },
    },
    {
      title: 'Shift of the classes against the day before',
      unit: 'percentunit',
      limits: [0.1, 0.2],
      description:
        'The share of the predictions of an hour that would have to be of another class. Above 0.2: alert OnnxDrift.',
      queries: { '{{model}}/{{version}}': 'onnx:class_shift:1h{job=~"$job"}' },
    },
  ],
  'Cold starts and loads': [
    {
      title: 'Cold starts in half an hour',
      unit: 'none',
      queries: { '{{job}}': 'onnx:cold_starts:30m{job=~"$job"}' },
    },
    {
      title: 'Age of the instances',
      unit: 's',
      queries: { '{{instance}}': `time() - process_start_time_seconds{${OF}}` },
    },
    {
      title: 'Loads of models',
      unit: 'none',
      queries: {
        '{{model}}/{{version}} {{outcome}}': `sum by (model, version, outcome) (onnx_model_loads_total{${OF}})`,
      },
    },
    {
      title: 'Time of a load (mean)',
      unit: 's',
      queries: {
        '{{model}}/{{version}} {{outcome}}': `sum by (model, version, outcome) (onnx_model_load_duration_seconds_sum{${OF}}) / sum by (model, version, outcome) (onnx_model_load_duration_seconds_count{${OF}})`,
      },
    },
  ],
  Resources: [
    {
      title: 'CPU of the limit',
      unit: 'percentunit',
      limits: [0.6, 0.8],
      queries: {
        '{{instance}}': `${rate('process_cpu_seconds_total')} / on (job, instance) onnx_cpu_limit_cores{${OF}}`,
      },
    },
    {
      title: 'Memory of the limit',
      unit: 'percentunit',
      limits: [0.7, 0.85],
      queries: {
        '{{instance}}': `process_resident_memory_bytes{${OF}} / on (job, instance) onnx_memory_limit_bytes{${OF}}`,
      },
    },
    {
      title: 'Memory',
      unit: 'bytes',
      queries: {
        'resident {{instance}}': `process_resident_memory_bytes{${OF}}`,
        'JavaScript {{instance}}': `nodejs_heap_size_used_bytes{${OF}}`,
        'limit {{instance}}': `onnx_memory_limit_bytes{${OF}}`,
      },
    },
    {
      title: 'Delay of the event loop (p99)',
      unit: 's',
      queries: { '{{instance}}': `nodejs_eventloop_lag_p99_seconds{${OF}}` },
    },
    {
      title: 'Garbage collection, as a part of the time',
      unit: 'percentunit',
      queries: { '{{instance}}': `sum by (instance) (${rate('nodejs_gc_duration_seconds_sum')})` },
    },
    {
      title: 'Open files',
      unit: 'none',
      queries: { '{{instance}}': `process_open_fds{${OF}}` },
    },
  ],
};

/** 0 and not nothing where there are requests and no errors. */
function errorRatio() {
  const all = `sum(${rate('onnx_requests_total', PREDICTIONS)})`;
  const failed = `sum(${rate('onnx_requests_total', `${PREDICTIONS}, status=~"5..", status!="501"`)})`;
  return `(${failed} or ${all} * 0) / ${all}`;
}

const DATASOURCE = { type: 'prometheus', uid: '$datasource' };
/** Grafana's grid has 24 columns; four figures, or two charts, stand beside each other. */
const SIZES = { stat: { w: 6, h: 4 }, timeseries: { w: 12, h: 8 } };

function dashboard() {
  return {
    uid: 'onnx-functions',
    title: 'ONNX functions',
    description: 'What onnx-functions measures of itself. Written by deploy/monitoring/make-dashboard.mjs.',
    tags: ['onnx-functions'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    timezone: 'browser',
    time: { from: 'now-6h', to: 'now' },
    annotations: { list: [] },
    templating: { list: [datasourceVariable(), labelVariable('job'), labelVariable('instance')] },
    panels: layOut(),
  };
}

function datasourceVariable() {
  return { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' };
}

function labelVariable(name) {
  const within = name === 'instance' ? '{job=~"$job"}' : '';
  return {
    name,
    type: 'query',
    datasource: DATASOURCE,
    query: `label_values(onnx_cold_starts_total${within}, ${name})`,
    refresh: 2,
    multi: true,
    includeAll: true,
    current: { text: ['All'], value: ['$__all'] },
  };
}

/** Panels follow each other from left to right, and begin a new line where one does not fit. */
function layOut() {
  const panels = [];
  let y = 0;
  for (const [title, row] of Object.entries(ROWS)) {
    panels.push({
      ...{ id: panels.length + 1, type: 'row', title, collapsed: false, panels: [] },
      gridPos: { x: 0, y: y++, w: 24, h: 1 },
    });
    let x = 0;
    let height = 0;
    for (const panel of row) {
      const { w, h } = SIZES[panel.type ?? 'timeseries'];
      if (x + w > 24) {
        x = 0;
        y += height;
      }
      panels.push({ id: panels.length + 1, ...toPanel(panel), gridPos: { x, y, w, h } });
      x += w;
      height = h;
    }
    y += height;
  }
  return panels;
}

function toPanel({ title, type = 'timeseries', unit, description, limits = [], stacked = false, queries }) {
  const custom = stacked
    ? { stacking: { mode: 'normal', group: 'A' }, fillOpacity: 40 }
    : { fillOpacity: 10 };
  return {
    type,
    title,
    ...(description && { description }),
    datasource: DATASOURCE,
    targets: Object.entries(queries).map(([legendFormat, expr], index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: DATASOURCE,
      expr,
      legendFormat,
    })),
    fieldConfig: {
      defaults: {
        unit,
        min: 0,
        thresholds: { mode: 'absolute', steps: toSteps(limits) },
        ...(type === 'timeseries' && { custom: { ...custom, ...(limits.length > 0 && SHOW_LIMITS) } }),
      },
      overrides: [],
    },
    ...(type === 'timeseries' && {
      options: {
        legend: { displayMode: 'list', placement: 'bottom', showLegend: true, calcs: [] },
        tooltip: { mode: 'multi', sort: 'desc' },
      },
    }),
  };
}

const SHOW_LIMITS = { thresholdsStyle: { mode: 'line' } };

function toSteps(limits) {
  const colors = ['yellow', 'red'];
  return [
    { color: 'green', value: null },
    ...limits.map((value, index) => ({ color: colors[index] ?? 'red', value })),
  ];
}

const text = `${JSON.stringify(dashboard(), undefined, 2)}\n`;
// `--print` shows it instead of writing it, so that a check can tell whether the file is up to date.
if (process.argv.includes('--print')) process.stdout.write(text);
else writeFileSync(new URL('grafana/dashboard.generated.json', import.meta.url), text);
