import type { TabularManifest } from '../core/manifest';
import { createFunctionSql } from '../protocol/bigquery/sql';
import type { Config } from './config';
import type { Exchange } from './exchange';
import { publicUrl } from './public-url';

/**
 * The statement that makes a SQL function of a model, to be run as it is but for the names in capitals.
 *
 * @param path where `predictBatch` is under the same address; undefined where it has one of its own, which nobody here
 *   knows.
 */
export function createFunctionOf(
  manifest: TabularManifest,
  { exchange, path, config }: { exchange: Exchange; path: string | undefined; config: Config },
): string {
  const endpoint = path === undefined ? 'https://ENDPOINT' : `${publicUrl(exchange.request)}${path}`;
  return createFunctionSql(manifest, { endpoint, maxRows: Math.min(1_000, config.limits.rows) });
}
