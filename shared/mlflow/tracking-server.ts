type Environment = Readonly<Record<string, string | undefined>>;

/** An MLflow tracking server and who asks it. */
export interface TrackingServer {
  /** Its address, without a slash at the end and without credentials: it may be shown and kept. */
  readonly uri: string;
  /** What every request says of who asks. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Reads which server the environment names, in the variables that MLflow's own clients read: MLFLOW_TRACKING_URI,
 * and MLFLOW_TRACKING_USERNAME with MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN.
 *
 * @returns undefined where none is named.
 * @throws {Error} that names the variable.
 */
export function readTrackingServer(env: Environment): TrackingServer | undefined {
  const text = env['MLFLOW_TRACKING_URI'];
  if (text === undefined || text === '') return undefined;
  const url = parseUrl(text);
  const authorization = authorizationOf(url, env);
  return {
    uri: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
    headers: authorization === undefined ? {} : { authorization },
  };
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url;
  // What came is not said: there may be a password in it.
  throw new Error(
    'MLFLOW_TRACKING_URI: expected the address of a tracking server, like https://mlflow.example.com',
  );
}

/** A name and a password win over a token, as they do in MLflow's clients. */
function authorizationOf(url: URL, env: Environment): string | undefined {
  const name = env['MLFLOW_TRACKING_USERNAME'] || decodeURIComponent(url.username);
  const password = env['MLFLOW_TRACKING_PASSWORD'] || decodeURIComponent(url.password);
  const token = env['MLFLOW_TRACKING_TOKEN'];
  if (name !== '') return `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;
  return token === undefined || token === '' ? undefined : `Bearer ${token}`;
}
