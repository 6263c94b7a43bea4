import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';

/** Signs tokens, and publishes the keys that they are checked with. */
export interface TokenIssuer {
  readonly jwksUrl: string;
  readonly issuer: string;
  /** How often the keys were fetched. */
  fetches(): number;
  /** A token for the audience `onnx-functions` of `ada`, good for five minutes, but for what is changed. */
  sign(
    changes?: JWTPayload,
    header?: { readonly kid?: string | undefined; readonly key?: string },
  ): Promise<string>;
  /** Takes another key into use. */
  rotate(kid: string): Promise<void>;
  /** Answers with an error instead of the keys, or no longer. */
  breakDown(isBroken: boolean): void;
  /** Publishes a key no longer. */
  takeBack(kid: string): void;
  /** Answers nobody until the returned function is called. */
  keepWaiting(): () => void;
  /** Closes the server and every connection to it. */
  goAway(): Promise<void>;
  /** Listens again where it did. */
  comeBack(): Promise<void>;
  close(): Promise<unknown>;
}

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

/** Opens an issuer of tokens whose first key is `first`. */
export async function openTokenIssuer(): Promise<TokenIssuer> {
  const pairs = new Map<string, KeyPair>();
  // Never published.
  const stranger = await generateKeyPair('RS256');
  let fetches = 0;
  let isBroken = false;
  let gate: Promise<void> | undefined;
  const issuer = 'https://issuer.example';

  async function rotate(kid: string): Promise<void> {
    pairs.set(kid, await generateKeyPair('RS256'));
  }

  const server = createServer(async (_, response) => {
    fetches++;
    await gate;
    const keys = await Promise.all(
      [...pairs].map(async ([kid, { publicKey }]) => ({
        ...(await exportJWK(publicKey)),
        kid,
        alg: 'RS256',
      })),
    );
    response.writeHead(isBroken ? 500 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys }));
  });
  await rotate('first');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  async function goAway(): Promise<void> {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  return {
    jwksUrl: `http://127.0.0.1:${port}/keys`,
    issuer,
    fetches: () => fetches,
    rotate,
    breakDown: (broken) => {
      isBroken = broken;
    },
    takeBack: (kid) => void pairs.delete(kid),
    keepWaiting() {
      let letGo = () => {};
      gate = new Promise<void>((resolve) => {
        letGo = resolve;
      });
      return letGo;
    },
    goAway,
    async comeBack() {
      server.listen(port, '127.0.0.1');
      await once(server, 'listening');
    },
    async sign(changes = {}, header = {}) {
      // One that names no key says so: `kid: undefined`.
      const { kid, key = kid ?? 'first' } = { kid: 'first', ...header };
      const now = Math.floor(Date.now() / 1_000);
      const claims = { iss: issuer, aud: 'onnx-functions', sub: 'ada', iat: now, exp: now + 300, ...changes };
      const { privateKey } = pairs.get(key) ?? stranger;
      return new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', ...(kid !== undefined && { kid }) })
        .sign(privateKey);
    },
    async close() {
      if (server.listening) await goAway();
    },
  };
}

/** A token that nobody has signed, or that was signed with a secret. */
export function forgeToken(header: object, claims: object, signature = ''): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${encode(header)}.${encode(claims)}.${signature}`;
}
