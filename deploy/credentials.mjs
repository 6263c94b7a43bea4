// What the scripts beside it show to a function that they call.
import { spawnSync } from 'node:child_process';

/**
 * Headers for a call of `url`: the identity that Cloud IAM asks for, from TOKEN or gcloud, and in a header of its own
 * the key that the function itself may ask for, from API_KEY.
 */
export function credentialsFor(url) {
  const { API_KEY } = process.env;
  const token = identityToken(new URL(url));
  return {
    ...(token && { authorization: `Bearer ${token}` }),
    ...(API_KEY && { 'x-api-key': API_KEY }),
  };
}

/** Only Google's own hosts are told who calls; for any other the caller decides, with TOKEN. */
function identityToken(url) {
  const { TOKEN } = process.env;
  if (TOKEN || url.protocol !== 'https:' || !/\.(run\.app|cloudfunctions\.net)$/.test(url.hostname))
    return TOKEN;
  // A service account says for whom its token is, and a person's gcloud refuses to. Without a login, or without gcloud, a
  // public function can still be called.
  return printIdentityToken(`--audiences=${audienceOf(url)}`) ?? printIdentityToken();
}

/** The address of a tagged revision, `TAG---SERVICE`, is no audience: that of its service is. */
function audienceOf({ protocol, hostname, pathname }) {
  return hostname.endsWith('.run.app')
    ? `${protocol}//${hostname.replace(/^.+---/, '')}`
    : `${protocol}//${hostname}${pathname}`;
}

function printIdentityToken(...flags) {
  const { status, stdout } = spawnSync('gcloud', ['auth', 'print-identity-token', ...flags], {
    encoding: 'utf8',
  });
  return status === 0 ? stdout.trim() : undefined;
}
