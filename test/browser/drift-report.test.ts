import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { serveRows, TRAINING_ROWS, toNdjson } from '../cli/iris-log';
import { runCli } from '../cli/run-cli';
import { describeWithBrowser, findViolations, keepScreenshot, openBrowser, openPage } from './browser';

jest.setTimeout(60_000);

const PHONE = { width: 360, height: 740 };

describeWithBrowser('the drift report', () => {
  let browser: Browser;
  let folder: string;
  let url: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'drift-report-'));
    const log = join(folder, 'log.ndjson');
    const rows = TRAINING_ROWS.map(([length, ...others]) => [Number(length) + 2, ...others]);
    writeFileSync(log, toNdjson(await serveRows(rows)));
    await runCli(['drift', 'iris', log, '--html', join(folder, 'drift.html')]);
    url = pathToFileURL(join(folder, 'drift.html')).href;
    browser = await openBrowser();
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true });
  });

  test.each(['light', 'dark'] as const)(
    'breaks no rule of accessibility in %s colours',
    async (colorScheme) => {
      const { page, complaints } = await openPage(browser, url, { colorScheme });

      expect(await findViolations(page)).toEqual([]);
      expect(complaints).toEqual([]);
      await keepScreenshot(page, `drift-${colorScheme}`);
    },
  );

  test.each(['light', 'dark'] as const)(
    'fits a phone in %s colours, without scripts, with a row for each column',
    async (colorScheme) => {
      const { page } = await openPage(browser, url, {
        viewport: PHONE,
        colorScheme,
        javaScriptEnabled: false,
      });

      const rows = page.locator('article');
      const boxes = await page.locator('main, article, article svg').all();
      const edges = await Promise.all(
        boxes.map((each) => each.boundingBox().then((box) => (box?.x ?? 0) + (box?.width ?? 0))),
      );

      expect(await rows.count()).toBe(6);
      expect(Math.max(...edges)).toBeLessThanOrEqual(PHONE.width);
      expect(await rows.first().innerText()).toContain('values outside the range seen in training');
      await keepScreenshot(page, `drift-phone-${colorScheme}`);
    },
  );

  test('has a ground of its own in each colour scheme', async () => {
    const grounds = await Promise.all(
      (['light', 'dark'] as const).map(async (colorScheme) => {
        const { page } = await openPage(browser, url, { colorScheme });
        return page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      }),
    );

    expect(new Set(grounds).size).toBe(2);
  });

  test('says of each histogram what it shows', async () => {
    const { page } = await openPage(browser, url);

    const image = page.getByRole('img', { name: /^Histogram of sepal_length\. Changed most: above/ });

    expect(await image.count()).toBe(1);
  });
});
