// What a browser is shown: the playground, and the two renderings of the API's description.
import { ServingError } from '../core/errors';
import type { HttpResponse } from '../core/http';
import type { Config } from './config';
import type { Models } from './models/models';

export interface PagesParts {
  readonly config: Config;
  readonly models: Models;
  /** Reads a file that was built for browsers; undefined where there is none of that name. */
  readonly readAsset: (name: string) => Promise<Uint8Array | undefined>;
}

/** The paths of all pages. `/` is the playground, for those who ask for HTML. */
export const PAGES = ['/docs', '/redoc', '/assets/{file}', '/favicon.ico'] as const;

type Page = (typeof PAGES)[number] | '/';

/** Answers with a page, or with a part of one. @throws {ServingError} `not-found` */
export async function page(
  parts: PagesParts,
  path: Page,
  { file = '' }: Readonly<Record<string, string>>,
): Promise<HttpResponse> {
  switch (path) {
    case '/':
      return asset(parts, 'index.html', 'playground');
    case '/docs':
      return asset(parts, 'docs.html', 'swagger');
    case '/redoc':
      return asset(parts, 'redoc.html', 'redoc');
    case '/favicon.ico':
      return asset(parts, 'favicon.svg', 'playground');
    case '/assets/{file}':
      return asset(parts, file, 'playground');
  }
}

/** Nothing from another host, nothing inline: what a page needs lies beside it. */
const POLICY =
  "default-src 'none'; script-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; ";

/** What each page needs besides, found by trying. Redoc writes style elements and searches in a worker. */
const POLICIES = {
  playground: `${POLICY}style-src 'self'; img-src 'self'`,
  swagger: `${POLICY}style-src 'self'; img-src 'self' data:`,
  redoc: `${POLICY}style-src 'self' 'unsafe-inline'; img-src 'self' data:; worker-src blob:`,
};

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
  png: 'image/png',
};

async function asset(
  { readAsset }: PagesParts,
  name: string,
  policy: keyof typeof POLICIES,
): Promise<HttpResponse> {
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)];
  const body = type !== undefined && /^[\w-]+(\.[\w-]+)+$/.test(name) ? await readAsset(name) : undefined;
  if (type === undefined || body === undefined) {
    throw new ServingError('not-found', 'there is no such file among those of the pages');
  }
  return {
    status: 200,
    headers: {
      'content-type': type,
      'cache-control': name.endsWith('.html') ? 'no-cache' : 'public, max-age=3600',
      'content-security-policy': POLICIES[policy],
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      // The root answers programs otherwise.
      vary: 'Accept',
    },
    body,
  };
}
