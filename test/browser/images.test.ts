import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Locator, Page } from 'playwright-core';
import sharp from 'sharp';
import { parseLabelledRows } from '../../training/labelled-rows';
import { projectPath } from '../../training/project-path';
import { type FunctionProcess, startFunction } from '../functions-process';
import { describeWithBrowser, findViolations, keepScreenshot, openBrowser, openPage } from './browser';
import { dropFile, pasteFile } from './files';
import { DIGITS, drawWithFinger, drawWithMouse } from './hand';

jest.setTimeout(60_000);

/** What Chromium writes when an answer is not 2xx; the page says it in its own way. */
const isExpected = (complaint: string) => complaint.startsWith('Failed to load resource');

const execute = promisify(execFile);

const headline = (page: Page) => page.locator('.headline');
const stage = (page: Page) => page.locator('canvas');
const chooser = (page: Page) => page.getByLabel('Or an image file');
const predict = (page: Page) => page.getByRole('button', { name: 'Predict' }).click();

describeWithBrowser('the playground of an image model', () => {
  let browser: Browser;
  let server: FunctionProcess;

  beforeAll(async () => {
    const started = startFunction({
      target: 'serve',
      program: ['dist/server.js'],
      env: { MODEL_NAME: 'digits' },
    });
    [browser, server] = await Promise.all([openBrowser(), started]);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  });

  test('reads every digit that is drawn with the mouse', async () => {
    const { page, complaints } = await openPage(browser, server.url);
    await stage(page).waitFor();
    const readings: (string | null)[] = [];

    for (const digit of DIGITS) {
      await drawWithMouse(stage(page), digit);
      await predict(page);
      readings.push(await headline(page).locator('strong').textContent());
      await page.getByRole('button', { name: 'Clear' }).click();
    }

    expect(readings).toEqual(DIGITS);
    expect(complaints).toEqual([]);
  });

  test('shows the likeliest classes, the likeliest first, with their probabilities', async () => {
    const { page } = await openPage(browser, server.url);
    await stage(page).waitFor();

    await drawWithMouse(stage(page), '3');
    await predict(page);
    await headline(page).waitFor();

    expect(await page.locator('.bars .class-name').count()).toBe(3);
    expect(await page.locator('.bars li').first().textContent()).toMatch(/^3(100\.0|> 99\.9|9\d\.\d) %$/);
    expect(await page.locator('.bars .best').count()).toBe(1);
  });

  test('shows the time of the image, and the version that answered', async () => {
    const { page } = await openPage(browser, server.url);
    await stage(page).waitFor();

    await drawWithMouse(stage(page), '3');
    await predict(page);
    await headline(page).waitFor();

    expect(await page.locator('.split li').allTextContents()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^Preparing the image\d/)]),
    );
    expect(await page.getByText('Answered by digits 1.0.0').count()).toBe(1);
    expect(await page.locator('.about').textContent()).toContain('Sees8 × 8 pixels in grey');
  });

  test('predicts again after every stroke once it was asked to, and stops when it is cleared', async () => {
    const { page, complaints } = await openPage(browser, server.url);
    await stage(page).waitFor();
    await drawWithMouse(stage(page), '1');
    await predict(page);
    await headline(page).waitFor();

    const second = page.waitForResponse('**/predict');
    await drawWithMouse(stage(page), '7');
    expect((await second).status()).toBe(200);
    await page.getByRole('button', { name: 'Clear' }).click();

    await page.getByText('Draw or choose an image').waitFor();
    expect(await headline(page).count()).toBe(0);
    expect(await stage(page).getAttribute('aria-label')).toBe('Empty drawing area');
    const ink =
      "document.querySelector('canvas').getContext('2d').getImageData(0, 0, 280, 280).data.some((byte) => byte !== 255)";
    expect(await page.evaluate(ink)).toBe(false);
    expect(complaints).toEqual([]);
  });

  test('draws with a finger, and does not scroll meanwhile', async () => {
    const viewport = { width: 360, height: 500 };
    const { page } = await openPage(browser, server.url, { hasTouch: true, viewport });
    await stage(page).scrollIntoViewIfNeeded();
    const before = await page.evaluate('scrollY');

    await drawWithFinger(stage(page), '1');
    expect(await page.evaluate('scrollY')).toBe(before);
    await predict(page);
    await headline(page).waitFor();

    expect(await headline(page).locator('strong').textContent()).toBe('1');
  });

  test('reads an image that is dropped, after one that was drawn', async () => {
    const { page, complaints } = await openPage(browser, server.url);
    const { png, label } = await scannedDigit();
    await stage(page).waitFor();
    await drawWithMouse(stage(page), '7');

    await dropFile(page, png);
    expect(await chooser(page).inputValue()).toContain('scan.png');
    await page.getByRole('img', { name: 'Preview of scan.png' }).waitFor();
    await predict(page);
    await headline(page).waitFor();

    expect(await headline(page).locator('strong').textContent()).toBe(label);
    expect(await page.getByRole('tabpanel').textContent()).toContain("-F 'file=@scan.png'");
    expect(complaints).toEqual([]);
    await keepScreenshot(page, 'playground-digits-file');
  });

  test('reads an image that is pasted, and asks for as many classes as are wanted', async () => {
    const { page } = await openPage(browser, server.url);
    const { png, label } = await scannedDigit();
    await stage(page).waitFor();

    await pasteFile(page, png);
    await page.getByLabel('Classes to show').fill('5');
    await page.getByLabel('Classes to show').press('Enter');
    await headline(page).waitFor();

    expect(await headline(page).locator('strong').textContent()).toBe(label);
    expect(await page.locator('.bars li').count()).toBe(5);
  });

  test('shows code that does the same', async () => {
    const { page } = await openPage(browser, server.url);
    const { png, label } = await scannedDigit();
    const folder = mkdtempSync(join(tmpdir(), 'code-'));
    writeFileSync(join(folder, 'scan.png'), png);
    await chooser(page).setInputFiles(join(folder, 'scan.png'));
    const code = page.getByRole('tabpanel');

    const shell = (await code.textContent()) ?? '';
    await page.getByRole('tab', { name: 'JavaScript' }).click();
    writeFileSync(join(folder, 'call.mjs'), (await code.textContent()) ?? '');
    const run = (program: string, args: string[]) => execute(program, args, { cwd: folder });
    const curl = await run('sh', ['-c', shell]);
    const node = await run(process.execPath, ['call.mjs']);
    rmSync(folder, { recursive: true });

    expect(JSON.parse(curl.stdout).predictions[0].label).toBe(label);
    expect(node.stdout).toContain(`{ class_id: ${label}, label: '${label}'`);
  });

  test('shows at its field that too few classes are wanted', async () => {
    const { page } = await openPage(browser, server.url);
    await stage(page).waitFor();
    await drawWithMouse(stage(page), '3');
    await page.getByLabel('Classes to show').fill('0');

    await predict(page);
    await page.locator('.failure').waitFor();

    expect(await page.getByLabel('Classes to show').getAttribute('aria-invalid')).toBe('true');
    expect(await chooser(page).getAttribute('aria-invalid')).toBe(null);
    expect(await isFocused(page.getByLabel('Classes to show'))).toBe(true);
  });

  test('needs nothing but the keyboard', async () => {
    const { page } = await openPage(browser, server.url);
    const { png, label } = await scannedDigit();
    // Asked for early: the browser has to be told of it before the key is pressed.
    const dialog = page.waitForEvent('filechooser');
    await stage(page).waitFor();
    await chooser(page).focus();

    await page.keyboard.press('Space');
    await (await dialog).setFiles({ name: 'scan.png', mimeType: 'image/png', buffer: png });
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await headline(page).waitFor();

    expect(await headline(page).locator('strong').textContent()).toBe(label);
  });

  test('shows beside the file why it is refused, and moves there', async () => {
    const { page, complaints } = await openPage(browser, server.url);
    const { png } = await scannedDigit();
    const buffer = png.subarray(0, 60);
    await chooser(page).setInputFiles({ name: 'broken.png', mimeType: 'image/png', buffer });
    await page.getByText('This browser cannot show the file').first().waitFor();

    await predict(page);
    await page.locator('.failure').waitFor();

    expect(await page.locator('.note:visible').count()).toBe(1);
    expect(await page.locator('.note:visible').textContent()).toBe(
      await page.locator('.failure p:nth-of-type(2)').textContent(),
    );
    expect(await chooser(page).getAttribute('aria-invalid')).toBe('true');
    expect(await isFocused(chooser(page))).toBe(true);
    expect(await findViolations(page)).toEqual([]);
    expect(complaints.filter((complaint) => !isExpected(complaint))).toEqual([]);
    await keepScreenshot(page, 'playground-digits-error');

    await drawWithMouse(stage(page), '3');
    await headline(page).waitFor();
    expect(await page.locator('.note:visible').count()).toBe(0);
  });

  test('says that there is no image yet, and calls nothing', async () => {
    const { page } = await openPage(browser, server.url);
    const calls: string[] = [];
    page.on('request', (request) => calls.push(request.method()));
    await stage(page).waitFor();

    await predict(page);

    expect(await page.locator('.note:visible').textContent()).toBe(
      'There is no image yet: draw one above, or choose a file.',
    );
    expect(await isFocused(chooser(page))).toBe(true);
    expect(calls).not.toContain('POST');
  });

  test('has no pen for a model of photographs', async () => {
    const { page, complaints } = await openPage(browser, server.url);
    await page.route('**/model-info', (route) => route.fulfill({ json: PHOTOGRAPHS }));
    await page.reload();
    const { png } = await scannedDigit();
    await page.getByText('Drop an image here, or paste one').waitFor();
    expect(await stage(page).isVisible()).toBe(false);

    await page.getByLabel('Image file').setInputFiles({ name: 'a.png', mimeType: 'image/png', buffer: png });
    await page.getByRole('img', { name: 'Preview of a.png' }).waitFor();

    expect(await page.getByLabel('Classes to show').inputValue()).toBe('5');
    expect(await page.getByRole('tab').allTextContents()).toEqual(['curl', 'Python', 'JavaScript']);
    expect(await findViolations(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test.each([
    { name: 'light', options: { colorScheme: 'light' } },
    { name: 'dark', options: { colorScheme: 'dark' } },
    { name: 'phone', options: { colorScheme: 'light', viewport: { width: 360, height: 1600 } } },
    { name: 'narrow', options: { colorScheme: 'dark', viewport: { width: 320, height: 1600 } } },
  ] as const)('is accessible and fits the screen: $name', async ({ name, options }) => {
    const { page, complaints } = await openPage(browser, server.url, { ...options, reducedMotion: 'reduce' });
    await stage(page).waitFor();
    expect(await findViolations(page)).toEqual([]);

    await drawWithMouse(stage(page), '3');
    await predict(page);
    await headline(page).waitFor();

    expect(await headline(page).locator('strong').textContent()).toBe('3');
    expect(await findViolations(page)).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    expect(complaints).toEqual([]);
    await keepScreenshot(page, `playground-digits-${name}`);
  });
});

/** The first digit of the data that the model was made of, as a scan of it: dark on light. */
async function scannedDigit(): Promise<{ png: Buffer; label: string }> {
  const csv = readFileSync(projectPath('training/data/digits.csv'), 'utf8');
  const { rows, labels } = parseLabelledRows(csv, Array.from('0123456789'));
  const pixels = Uint8Array.from(rows[0] ?? [], (ink) => 255 - Math.round((ink / 16) * 255));
  const png = await sharp(pixels, { raw: { width: 8, height: 8, channels: 1 } })
    .resize(160, 160, { kernel: 'cubic' })
    .png()
    .toBuffer();
  return { png, label: String(labels[0]) };
}

async function isFocused(target: Locator): Promise<boolean> {
  const focused = await target.page().evaluate('document.activeElement.id');
  return focused === (await target.getAttribute('id'));
}

/** A model of another kind of images; only its description exists. */
const PHOTOGRAPHS = {
  name: 'photographs',
  version: '1.0.0',
  task: 'image-classification',
  classes: Array.from({ length: 1000 }, (_, index) => `class ${index}`),
  image: { input: 'image', resize: { shorter_side: 256 }, crop: { width: 224, height: 224 } },
};
