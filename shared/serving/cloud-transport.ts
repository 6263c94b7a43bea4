import { setTimeout as sleep } from 'node:timers/promises';
import type { LoggingWinston } from '@google-cloud/logging-winston';
import { withDeadline } from '../core/deadline';
import type { Config } from './config';
import type { LogEntry } from './log-entry';

/** Sends entries through the Cloud Logging API, for hosts that do not collect standard output. */
export interface CloudTransport {
  /** For winston. */
  readonly transport: LoggingWinston;
  /**
   * Resolves once everything is sent that was written.
   *
   * @param isTaken says whether all of it has come to the transport.
   * @throws {Error} where that takes too long
   */
  sent(isTaken: () => boolean): Promise<void>;
}

/** How often it is looked whether all is sent. */
const LOOK_EVERY_MS = 5;

/** How long the end of a process may wait for the API: with the last spans it has a second and a half. */
const SEND_TIMEOUT_MS = 700;

/**
 * Opens the transport. Importing the client takes longer than a whole cold start, so nothing else does.
 *
 * @param client options of the client, for an API that is not Google's.
 * @throws {Error} where there are no credentials
 */
export async function openCloudTransport(
  config: Config,
  client?: Readonly<Record<string, unknown>>,
): Promise<CloudTransport> {
  if (client === undefined) await checkCredentials();
  const { LoggingWinston: CloudLogging } = await import('@google-cloud/logging-winston');
  const { service, revision, project } = config.deployment;
  const transport = new CloudLogging({
    ...client,
    serviceContext: { service, version: revision ?? 'unknown' },
    ...(project !== undefined && { projectId: project }),
  });
  const log = transport.log.bind(transport);
  // A transport of winston's calls what it is given together written when it has taken it, and not when that is sent.
  let unsent = 0;
  // The client takes the special keys out of the top level of what it is given, and files the rest as metadata.
  transport.log = ({ level, message, entry }, next) => {
    unsent++;
    log({ ...toApiFields(entry), level, message }, (...outcome) => {
      unsent--;
      next(...outcome);
    });
  };
  const late = () => new Error(`the last entries were not sent within ${SEND_TIMEOUT_MS} ms`);
  return {
    transport,
    sent: (isTaken) =>
      withDeadline({ ms: SEND_TIMEOUT_MS, late }, async (signal) => {
        while (!signal.aborted && !(isTaken() && unsent === 0)) await sleep(LOOK_EVERY_MS);
      }),
  };
}

/** Without credentials the client fails in a promise of its own, which nobody could catch. */
async function checkCredentials(): Promise<void> {
  const { GoogleAuth } = await import('google-auth-library');
  await new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/logging.write' }).getClient();
}

/** What the client wants under other names than the lines of standard output, or in another form. */
function toApiFields({ severity: _severity, message: _message, ...rest }: LogEntry): Record<string, unknown> {
  const { 'logging.googleapis.com/labels': labels, stack_trace: stack, httpRequest, ...others } = rest;
  return {
    ...others,
    ...(labels !== undefined && { labels }),
    ...(stack !== undefined && { stack }),
    ...(httpRequest !== undefined && { httpRequest: withDuration(httpRequest as Record<string, unknown>) }),
  };
}

/** `"0.012s"` as a google.protobuf.Duration. */
function withDuration(httpRequest: Record<string, unknown>): Record<string, unknown> {
  const seconds = Number.parseFloat(String(httpRequest['latency']));
  const whole = Math.floor(seconds);
  return { ...httpRequest, latency: { seconds: whole, nanos: Math.round((seconds - whole) * 1e9) } };
}
