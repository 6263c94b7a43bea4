import type { Browser } from 'playwright-core';
import { type FunctionProcess, startFunction } from '../functions-process';
import { writeKeySet } from '../key-sets';
import { describeWithBrowser, findViolations, keepScreenshot, openBrowser, openPage } from './browser';

jest.setTimeout(60_000);

describeWithBrowser('the playground of a service that asks who calls', () => {
  let browser: Browser;
  let server: FunctionProcess;

  beforeAll(async () => {
    const env = {
      ACCESS: 'keys',
      ACCESS_OPEN: 'playground',
      API_KEYS: writeKeySet([{ name: 'ada', key: 'key-of-ada' }]),
    };
    [browser, server] = await Promise.all([
      openBrowser(),
      startFunction({ target: 'serve', program: ['dist/server.js'], env }),
    ]);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('asks for a key until one is good, and keeps it for as long as the tab is open', async () => {
    const { page } = await openPage(browser, server.url);
    const key = page.getByLabel('API key or token');
    const goOn = page.getByRole('button', { name: 'Go on' });
    await key.waitFor();
    expect(await findViolations(page)).toEqual([]);
    await keepScreenshot(page, 'playground-key');

    await key.fill('wrong');
    await goOn.click();
    await page.getByText('Not with this key: the API key is not known.').waitFor();
    await key.fill('key-of-ada');
    await key.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'iris' }).waitFor();
    await page.getByRole('button', { name: 'Predict' }).click();
    await page.locator('.headline').getByText('setosa').waitFor();
    expect(await page.locator('.code code').textContent()).toContain('-H "Authorization: Bearer $API_KEY"');
    expect(await page.locator('.code code').textContent()).not.toContain('key-of-ada');
    await page.reload();

    await page.getByRole('heading', { level: 1, name: 'iris' }).waitFor();
  });

  test('may use no style, script or address that the page does not', async () => {
    const { page, complaints } = await openPage(browser, server.url);
    await page.getByLabel('API key or token').waitFor();

    // Chromium writes down every answer that is not 2xx.
    expect(complaints.filter((complaint) => !complaint.startsWith('Failed to load resource'))).toEqual([]);
  });
});
