import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMetrics } from '../shared/serving/metrics/metrics';

const DOCUMENT = readFileSync(join(__dirname, '../docs/metrics.md'), 'utf8');

interface Row {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
}

/** The rows of all tables that start with a metric: name, type, labels, meaning. */
function documented(): Row[] {
  const rows = [...DOCUMENT.matchAll(/^\| `((?:onnx|process|nodejs)_\w+)` \| (\w+) \|(.*?)\| \S.* \|$/gm)];
  return rows.map(([, name = '', type = '', labels = '']) => ({
    name,
    type,
    labels: [...labels.matchAll(/`(\w+)`/g)].map((match) => match[1] ?? ''),
  }));
}

async function scrapeAll(): Promise<string> {
  const metrics = createMetrics();
  const model = { model: 'iris', version: '1.0.0' };
  metrics.recordLoad({ ...model, outcome: 'ok', ms: 1 });
  metrics.recordSwitch('iris');
  metrics.recordCache({ ...model, cache: 'hit' });
  metrics.recordShadow({ model: 'iris', version: '1.1.0', outcome: 'compared' });
  metrics.record({
    ...{ ...model, route: '/predict', protocol: 'native', status: 200, coldStart: true },
    ...{ latencyMs: 1, queueMs: 1, runMs: 1, rows: 1, classes: { setosa: 1 } },
  });
  return (await metrics.text()).body;
}

test('docs/metrics.md lists exactly the metrics there are, each with its type', async () => {
  const types = [...(await scrapeAll()).matchAll(/^# TYPE (\w+) (\w+)$/gm)];

  const listed = documented().map(({ name, type }) => `${name} ${type}`);
  expect(listed.sort()).toEqual(types.map(([, name, type]) => `${name} ${type}`).sort());
});

test('docs/metrics.md lists exactly the labels of each metric of this package', async () => {
  const body = await scrapeAll();
  const rows = documented().filter(({ name }) => name.startsWith('onnx_'));

  const exposed = rows.map(({ name }) => {
    const labels = new RegExp(`^${name}(?:_sum)?(?:{(.*)})? `, 'm').exec(body)?.[1] ?? '';
    return [name, [...labels.matchAll(/(\w+)="/g)].map((match) => match[1])];
  });
  expect(rows.map(({ name, labels }) => [name, labels])).toEqual(exposed);
});

test('docs/metrics.md gives the bounds of the buckets', async () => {
  const body = await scrapeAll();
  const boundsOf = (name: string) =>
    [...body.matchAll(new RegExp(`^${name}_bucket.*le="([\\d.]+)"`, 'gm'))]
      .map((match) => match[1])
      .join(', ');

  expect(DOCUMENT).toContain(`\n${boundsOf('onnx_request_duration_seconds')}\n`);
  expect(DOCUMENT).toContain(`\n${boundsOf('onnx_batch_rows')}\n`);
});
