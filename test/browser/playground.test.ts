import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { projectPath } from '../../training/project-path';
import { type FunctionProcess, startFunction } from '../functions-process';
import { describeWithBrowser, findViolations, keepScreenshot, openBrowser, openPage } from './browser';

jest.setTimeout(60_000);

/** Every route on plain HTTP, as the container runs it. */
const start = (env: Record<string, string> = {}) =>
  startFunction({ target: 'serve', program: ['dist/server.js'], env });

/** What Chromium writes when an answer is not 2xx; the page says it in its own way. */
const isExpected = (complaint: string) => complaint.startsWith('Failed to load resource');

const field = (page: Page, label: string) => page.getByLabel(label, { exact: true });
const headline = (page: Page) => page.locator('.headline');

async function predict(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Predict' }).click();
}

describeWithBrowser('the playground', () => {
  let browser: Browser;
  let server: FunctionProcess;

  beforeAll(async () => {
    [browser, server] = await Promise.all([openBrowser(), start()]);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  });

  test('fills the form with the example of the manifest', async () => {
    const { page, complaints } = await openPage(browser, server.url);

    await page.getByRole('heading', { level: 1, name: 'iris' }).waitFor();

    expect(await page.title()).toBe('iris · Playground');
    expect(await field(page, 'Sepal length').inputValue()).toBe('5.1');
    expect(await field(page, 'Petal width').inputValue()).toBe('0.2');
    expect(await page.getByText('Length of the sepal · 4.3 to 7.7 cm in training').count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  test('predicts, and shows every probability, the time and its split', async () => {
    const { page, complaints } = await openPage(browser, server.url);

    await field(page, 'Petal width').press('Enter');
    await headline(page).getByText('setosa').waitFor();

    // The answer that README.md shows for the same flower.
    expect(await headline(page).textContent()).toBe('setosa97.7 %');
    expect(await page.locator('.bars li').allTextContents()).toEqual([
      'setosa97.7 %',
      'versicolor2.3 %',
      'virginica< 0.1 %',
    ]);
    expect(await page.locator('.facts dt').allTextContents()).toEqual(
      expect.arrayContaining(['Latency', 'In the service', 'Instance']),
    );
    expect(await page.locator('.split li').allTextContents()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^Running the model\d/)]),
    );
    expect(await page.getByText('Answered by iris 1.0.0').count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  test('predicts again when a slider moves, and warns of what training has not seen', async () => {
    const { page, complaints } = await openPage(browser, server.url);
    await predict(page);
    await headline(page).getByText('setosa').waitFor();

    await field(page, 'Petal length, slider').fill('6');
    await field(page, 'Petal width, slider').fill('2.6');
    await headline(page).getByText('virginica').waitFor();

    expect(await field(page, 'Petal length').inputValue()).toBe('6');
    const warning = page.getByText('"petal_width" is 2.6, outside 0.1 to 2.5 cm seen in training');
    await warning.waitFor();
    expect(complaints).toEqual([]);
  });

  test('does not call before it is asked to', async () => {
    const { page } = await openPage(browser, server.url);
    const calls: string[] = [];
    page.on('request', (request) => calls.push(request.method()));
    await page.getByRole('heading', { level: 1 }).waitFor();

    await field(page, 'Petal length, slider').fill('6');
    await page.waitForTimeout(400);

    expect(calls).not.toContain('POST');
  });

  test('shows each error beside its field and moves there', async () => {
    const { page, complaints } = await openPage(browser, server.url);

    await field(page, 'Sepal length').fill('long');
    await field(page, 'Sepal width').fill('');
    await predict(page);
    await page.locator('.failure').waitFor();

    const invalid = page.locator('[aria-invalid="true"]');
    expect(await invalid.count()).toBe(2);
    const notes = await page.locator('.note:visible').allTextContents();
    expect(notes).toEqual([
      '"sepal_length" must be a finite number, got the string "long"',
      '"sepal_width" is missing (in cm)',
    ]);
    expect(await page.evaluate('document.activeElement.id')).toBe(await invalid.first().getAttribute('id'));
    expect(await findViolations(page)).toEqual([]);
    expect(complaints.filter((complaint) => !isExpected(complaint))).toEqual([]);
    await keepScreenshot(page, 'playground-errors');

    await page.getByRole('button', { name: 'Reset' }).click();
    await headline(page).getByText('setosa').waitFor();
    expect(await invalid.count()).toBe(0);
  });

  test('writes the call in every language, and copies it', async () => {
    const { page, complaints } = await openPage(browser, server.url, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    const code = page.getByRole('tabpanel');
    await field(page, 'Sepal length').fill('6.3');

    expect(await code.textContent()).toBe(
      `curl -X POST '${server.url}/predict' \\\n  -H 'Content-Type: application/json' \\\n` +
        `  -d '{"features":{"sepal_length":6.3,"sepal_width":3.5,"petal_length":1.4,"petal_width":0.2}}'`,
    );
    await page.getByRole('tab', { name: 'curl' }).press('ArrowRight');
    expect(await code.textContent()).toContain('requests.post(');
    await page.keyboard.press('ArrowRight');
    expect(await code.textContent()).toContain('await fetch(');
    await page.keyboard.press('End');
    expect(await code.textContent()).toContain('`PROJECT.DATASET`.`iris`(6.3, 3.5, 1.4, 0.2)');
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();

    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(await code.textContent());
    expect(complaints).toEqual([]);
  });

  test('has a control for every kind of feature', async () => {
    const { page, complaints } = await openPage(browser, server.url);
    await answerWith(page, MIXED_MODEL, MIXED_ANSWER);
    await page.reload();

    await field(page, 'colour_ID').selectOption('blue');
    await field(page, 'Is ripe').uncheck();
    await field(page, 'Note').fill('<b>"5"</b>');
    await field(page, 'Mass').fill('');
    await field(page, 'Count').press('ArrowUp');
    const sent = page.waitForRequest('**/predict');
    await predict(page);

    expect((await sent).postDataJSON()).toEqual({
      features: { colour_ID: 'blue', is_ripe: false, note: '<b>"5"</b>', mass: null, count: 8 },
    });
    await headline(page).getByText('class 3').waitFor();
    // Of 30 classes the most probable, best first.
    expect(await page.locator('.bars li:visible').count()).toBe(12);
    expect(await page.locator('.bars li').first().textContent()).toBe('class 350.0 %');
    expect(await page.getByText('and 18 less probable').count()).toBe(1);
    expect(await page.getByText('cold', { exact: true }).count()).toBe(1);
    expect(await page.getByText('Start of the instance: boot 60.0 ms').count()).toBe(1);
    expect(await findViolations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await keepScreenshot(page, 'playground-mixed');
  });

  test('says that the service does not answer, and keeps the values', async () => {
    const mortal = await start();
    const { page, complaints } = await openPage(browser, mortal.url);
    await field(page, 'Sepal length').fill('6.3');

    await mortal.stop();
    await predict(page);
    await page.getByText('The service did not answer').first().waitFor();

    expect(await field(page, 'Sepal length').inputValue()).toBe('6.3');
    expect(complaints.filter((complaint) => !isExpected(complaint))).toEqual([]);
  });

  test('says why there is no model, and tries again', async () => {
    const empty = mkdtempSync(join(tmpdir(), 'registry-'));
    const poor = await start({ MODEL_REGISTRY: empty, MODEL_NAME: 'iris' });
    try {
      const { page, complaints } = await openPage(browser, poor.url);
      await page.getByRole('alert').waitFor();

      expect(await page.getByRole('alert').textContent()).toContain('The service answered 503');
      expect(await findViolations(page)).toEqual([]);
      expect(complaints.filter((complaint) => !isExpected(complaint))).toEqual([]);
      await page.getByRole('button', { name: 'Try again' }).click();
      await page.getByRole('alert').waitFor();
    } finally {
      await poor.stop();
      rmSync(empty, { recursive: true });
    }
  });

  test('takes tensors where the model has no features', async () => {
    const registry = rawRegistry();
    const raw = await start({ MODEL_REGISTRY: registry });
    try {
      const { page, complaints } = await openPage(browser, raw.url);
      await field(page, 'X').fill('[[5.1, 3.5, 1.4, 0.2], [6.3, 3.3, 6.0, 2.5]]');

      await predict(page);
      await page.getByRole('heading', { name: 'probabilities FP32 [2, 3]' }).waitFor();

      // Setosa and virginica, as the form of the tabular model says.
      expect(await page.locator('.outputs pre').first().textContent()).toBe('0, 2');
      expect(await page.getByRole('tabpanel').textContent()).toContain('/v2/models/raw/infer');
      expect(await findViolations(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await keepScreenshot(page, 'playground-tensors');
      await field(page, 'X').fill('[[5.1, 3.5');
      await page.getByText('This is not JSON').waitFor();
    } finally {
      await raw.stop();
      rmSync(registry, { recursive: true });
    }
  });

  test.each([
    { name: 'light', options: { colorScheme: 'light' } },
    { name: 'dark', options: { colorScheme: 'dark' } },
    { name: 'phone', options: { colorScheme: 'light', viewport: { width: 360, height: 1500 } } },
    { name: 'narrow', options: { colorScheme: 'dark', viewport: { width: 320, height: 1500 } } },
  ] as const)('is accessible and fits the screen: $name', async ({ name, options }) => {
    const { page, complaints } = await openPage(browser, server.url, { ...options, reducedMotion: 'reduce' });
    await predict(page);
    await headline(page).getByText('setosa').waitFor();
    await field(page, 'Petal length, slider').fill('4.7');
    await field(page, 'Petal width, slider').fill('1.6');
    await headline(page).getByText('versicolor').waitFor();

    expect(await findViolations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    expect(complaints).toEqual([]);
    await keepScreenshot(page, `playground-${name}`);
  });

  test('gives programs the health answer they had', async () => {
    const answer = await fetch(server.url, { headers: { accept: '*/*' } });

    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.json()).toMatchObject({ status: 'healthy' });
  });

  test('is a script of less than 30 KB', () => {
    const { size } = statSync(projectPath('dist/assets/playground.js'));

    expect(size).toBeLessThan(30_000);
  });
});

/** The iris model again, without a word about what its columns are. */
function rawRegistry(): string {
  const registry = mkdtempSync(join(tmpdir(), 'registry-'));
  const folder = join(registry, 'raw/1.0.0');
  mkdirSync(folder, { recursive: true });
  const iris = projectPath('model-artifacts/iris/1.0.0');
  cpSync(join(iris, 'model.onnx'), join(folder, 'model.onnx'));
  const { artifact, signature } = JSON.parse(readFileSync(join(iris, 'manifest.json'), 'utf8'));
  const manifest = { schema_version: 1, name: 'raw', version: '1.0.0', artifact, signature };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return registry;
}

const CLASSES = Array.from({ length: 30 }, (_, index) => `class ${index}`);

/** A model with a feature of every kind; only its description exists. */
const MIXED_MODEL = {
  name: 'mixed',
  version: '2.1.0',
  task: 'classification',
  classes: CLASSES,
  features: [
    { name: 'colour_ID', categories: ['red', 'green', 'blue'], example: 'green' },
    { name: 'is_ripe', description: 'Whether it is ripe', example: true },
    { name: 'note', example: 'none' },
    { name: 'mass', unit: 'kg', range: [0.5, 3], nullable: true, example: 1.25 },
    { name: 'count', range: [0, 12], example: 7 },
  ],
  signature: {
    inputs: [
      { name: 'colour_ID', type: 'string', shape: ['N', 1] },
      { name: 'is_ripe', type: 'bool', shape: ['N', 1] },
      { name: 'note', type: 'string', shape: ['N', 1] },
      { name: 'mass', type: 'float32', shape: ['N', 1] },
      { name: 'count', type: 'int64', shape: ['N', 1] },
    ],
    outputs: [],
  },
};

const MIXED_ANSWER = {
  prediction: 3,
  prediction_label: 'class 3',
  confidence: 0.5,
  probabilities: CLASSES.map((_, index) => (index === 3 ? 0.5 : 0.5 / 29)),
  model_name: 'mixed',
  model_version: '2.1.0',
};

/** Stands in for a service with another model. */
async function answerWith(page: Page, model: object, answer: object): Promise<void> {
  await page.route('**/model-info', (route) => route.fulfill({ json: model }));
  const headers = { 'server-timing': 'cold, boot;dur=60, load;dur=5, run;dur=1, total;dur=8' };
  await page.route('**/predict', (route) => route.fulfill({ json: answer, headers }));
}
