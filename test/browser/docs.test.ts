import type { Browser } from 'playwright-core';
import { type FunctionProcess, startFunction } from '../functions-process';
import { describeWithBrowser, keepScreenshot, openBrowser, openPage } from './browser';

jest.setTimeout(60_000);

describeWithBrowser('the documentation pages', () => {
  let browser: Browser;
  let server: FunctionProcess;

  beforeAll(async () => {
    const program = ['dist/server.js'];
    [browser, server] = await Promise.all([openBrowser(), startFunction({ target: 'serve', program })]);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('Swagger UI shows the routes and calls one', async () => {
    const { page, complaints } = await openPage(browser, `${server.url}/docs`);
    const operation = page.locator('.opblock-get', { has: page.getByText('/model-info', { exact: true }) });

    await operation.first().click();
    await operation.first().getByRole('button', { name: 'Execute' }).click();
    await operation.first().getByText('Server response').waitFor();

    expect(
      await operation.first().locator('.live-responses-table .response-col_status').last().textContent(),
    ).toContain('200');
    expect(complaints).toEqual([]);
    await keepScreenshot(page, 'docs');
  });

  test('Redoc shows the routes', async () => {
    const { page, complaints } = await openPage(browser, `${server.url}/redoc`);

    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await page.getByText('/predict', { exact: true }).first().waitFor();
    await page.waitForLoadState('networkidle');

    expect(complaints).toEqual([]);
    await keepScreenshot(page, 'redoc');
  });
});
