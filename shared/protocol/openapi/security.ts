import type { PathItem, Paths, Requirements } from './parts';
import type { ApiSubject } from './subject';

type Schemes = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What callers show for themselves: one of several ways. */
export interface Security {
  readonly security: Requirements;
  readonly securitySchemes: Schemes;
}

const API_KEY = {
  type: 'apiKey',
  in: 'header',
  name: 'X-API-Key',
  description: 'A key of this service; `Authorization: Bearer` takes it too',
};

const TOKEN = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: 'A token of the identity provider that this service trusts',
};

const ID_TOKEN = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: 'An ID token of Google Cloud, which Cloud Run checks unless the deployment is public',
};

/** The same paths, with what is asked for where that is not what is asked for everywhere. */
export function withSecurity(paths: Paths, subject: ApiSubject): Paths {
  const { security } = securityOf(subject);
  const ofPath = { always: [], sometimes: [{}, ...security] };
  return Object.fromEntries(
    Object.entries(paths).map(([path, item]): [string, PathItem] => {
      const open = subject.access?.open.get(path);
      const { get, post } = item;
      if (open === undefined) return [path, item];
      const own = { security: ofPath[open] };
      return [path, { ...(get && { get: { ...get, ...own } }), ...(post && { post: { ...post, ...own } }) }];
    }),
  );
}

/** Whether Google Cloud asks for a token, a service that asks for nothing itself cannot know. */
export function securityOf({ access }: ApiSubject): Security {
  if (access === undefined) {
    return { security: [{}, { idToken: [] }], securitySchemes: { idToken: ID_TOKEN } };
  }
  const securitySchemes: Schemes = {
    ...(access.keys && { apiKey: API_KEY }),
    ...(access.tokens && { token: TOKEN }),
  };
  return { security: Object.keys(securitySchemes).map((name) => ({ [name]: [] })), securitySchemes };
}
