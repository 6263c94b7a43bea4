/** Severities of Cloud Logging that this package uses. */
export type Severity = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';

/**
 * One entry, already in the form of Cloud Logging's structured JSON: special keys as documented there, all
 * else is its payload.
 *
 * @see https://cloud.google.com/logging/docs/structured-logging#special-payload-fields
 */
export interface LogEntry {
  readonly severity: Severity;
  readonly message: string;
  readonly [field: string]: unknown;
}
