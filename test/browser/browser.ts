import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { projectPath } from '../../training/project-path';

/** Where Debian, Ubuntu and Chrome's own package put it; CHROMIUM names another. */
const CANDIDATES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Nothing that a browser does for itself: no updates, no reports, no protocol that a proxy cannot follow. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** `describe` for suites that need a browser: skipped, with the reason printed, on a machine that has none. */
export function describeWithBrowser(name: string, suite: () => void): void {
  const reason =
    executable() === undefined ? 'there is no Chromium here (apt-get install chromium)' : undefined;
  if (reason !== undefined && process.env['REQUIRE_BROWSER'] === '1') throw new Error(`required: ${reason}`);
  if (reason !== undefined) process.stderr.write(`skipped: ${name}: ${reason}\n`);
  (reason === undefined ? describe : describe.skip)(name, suite);
}

/** Starts a browser with a new, empty profile. */
export function openBrowser(): Promise<Browser> {
  const executablePath = executable();
  if (executablePath === undefined) throw new Error('there is no Chromium here');
  return chromium.launch({ executablePath, args: FLAGS });
}

function executable(): string | undefined {
  const { CHROMIUM } = process.env;
  return CHROMIUM ?? CANDIDATES.find((path) => existsSync(path));
}

/** A page, and everything that went wrong in it. */
export interface WatchedPage {
  readonly page: Page;
  /** Console errors (a violated content security policy is one), uncaught exceptions, requests to other hosts. */
  readonly complaints: readonly string[];
}

/** Opens an address in a page of its own. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const { host } = new URL(url);
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(`uncaught ${error.message}`));
  page.on('request', (request) => {
    const to = new URL(request.url());
    if (to.protocol.startsWith('http') && to.host !== host) complaints.push(`request to ${to.host}`);
  });
  await page.goto(url);
  return { page, complaints };
}

const SCREENSHOTS = projectPath('.cache/screenshots');

/** Keeps what the page looks like, as `.cache/screenshots/NAME.png`. */
export async function keepScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, animations: 'disabled' });
}

const AXE = readFileSync(projectPath('node_modules/axe-core/axe.min.js'), 'utf8');

/** The rules of WCAG 2.2 A and AA that the page breaks, each with the elements that break it. */
export async function findViolations(page: Page): Promise<string[]> {
  // Colours are measured as they are: a transition would be measured half-way.
  await page.evaluate('Promise.all(document.getAnimations().map(({ finished }) => finished))');
  await page.evaluate(AXE);
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  const { violations } = await page.evaluate<{
    violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
  }>(`axe.run({ runOnly: { type: 'tag', values: ${JSON.stringify(tags)} } })`);
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 120)}: ${failureSummary}`),
  );
}
