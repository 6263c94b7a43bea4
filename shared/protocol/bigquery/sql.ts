import { type Feature, inputOf, type TabularManifest } from '../../core/manifest';
import { isIntegerType } from '../../core/rows';

interface FunctionOptions {
  /** Address that BigQuery calls. */
  readonly endpoint: string;
  /** @default `PROJECT.LOCATION.CONNECTION`, for the reader to fill in */
  readonly connection?: string;
  /** @default `PROJECT.DATASET`, for the reader to fill in */
  readonly dataset?: string;
  /** Most rows of one request. @default 1000 */
  readonly maxRows?: number;
}

/**
 * Writes the statement that makes a model a function of BigQuery: one argument for each feature, or a JSON object of
 * them all where they are more than a function may have. The function stays with this version of the model.
 *
 * @see https://cloud.google.com/bigquery/docs/reference/standard-sql/data-definition-language#create_remote_function_statement
 */
export function createFunctionSql(manifest: TabularManifest, options: FunctionOptions): string {
  const { endpoint, connection = 'PROJECT.LOCATION.CONNECTION', dataset = 'PROJECT.DATASET' } = options;
  const { maxRows = 1000 } = options;
  const { name, version } = manifest;
  return `CREATE OR REPLACE FUNCTION ${quoteName(dataset)}.${quoteName(routineName(name))}(
${writeParameters(manifest)}
) RETURNS JSON
REMOTE WITH CONNECTION ${quoteName(connection)}
OPTIONS (
  endpoint = ${quoteText(endpoint)},
  user_defined_context = [("model", ${quoteText(name)}), ("version", ${quoteText(version)})],
  max_batching_rows = ${maxRows}
);
`;
}

/** Most arguments of a user-defined function (BigQuery, quotas and limits). */
const MAX_ARGUMENTS = 256;

/** Names of routines have letters, digits and underscores only, even in backticks. */
function routineName(model: string): string {
  const name = model.replaceAll(/\W/g, '_');
  return /^\d/.test(name) ? `_${name}` : name;
}

function writeParameters(manifest: TabularManifest): string {
  const { features } = manifest;
  if (features.length > MAX_ARGUMENTS) return '  `features` JSON';
  return features
    .map((feature) => `  ${quoteName(feature.name)} ${sqlTypeOf(manifest, feature)}`)
    .join(',\n');
}

function sqlTypeOf(manifest: TabularManifest, feature: Feature): string {
  const type = inputOf(manifest, feature)?.type ?? 'float32';
  if (type === 'string') return 'STRING';
  if (type === 'bool') return 'BOOL';
  return isIntegerType(type) ? 'INT64' : 'FLOAT64';
}

function quoteName(name: string): string {
  return `\`${escapeText(name)}\``;
}

function quoteText(text: string): string {
  return `"${escapeText(text)}"`;
}

/** Identifiers in backticks have the escapes of string literals, and neither may hold a line break as it is. */
function escapeText(text: string): string {
  return text
    .replaceAll(/[\\`"]/g, (character) => `\\${character}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r');
}
