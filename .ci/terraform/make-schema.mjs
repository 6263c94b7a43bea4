// Writes provider/google.generated.json: what Google's Terraform provider knows of the resources that
// deploy/terraform uses, as data. Terraform's registry is not needed to check against it.
//
//   node .ci/terraform/make-schema.mjs
//
// The facts come from the bindings that were generated from the provider's own schema (npm). Run it again after
// adding a resource to RESOURCES or raising VERSION; the result is committed.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Bindings of hashicorp/google 6.50.0. */
const VERSION = '16.12.1';

const RESOURCES = [
  'artifact_registry_repository',
  'artifact_registry_repository_iam_member',
  'bigquery_connection',
  'bigquery_dataset',
  'bigquery_routine',
  'billing_budget',
  'cloud_run_v2_job',
  'cloud_run_v2_job_iam_member',
  'cloud_run_v2_service',
  'cloud_run_v2_service_iam_member',
  'cloud_scheduler_job',
  'cloudfunctions2_function',
  'iam_workload_identity_pool',
  'iam_workload_identity_pool_provider',
  'logging_metric',
  'logging_project_sink',
  'monitoring_alert_policy',
  'monitoring_dashboard',
  'monitoring_notification_channel',
  'monitoring_uptime_check_config',
  'project_iam_member',
  'project_service',
  'secret_manager_secret',
  'secret_manager_secret_iam_member',
  'service_account',
  'service_account_iam_member',
  'storage_bucket',
  'storage_bucket_iam_member',
  'storage_bucket_object',
];

const DATA_SOURCES = ['project', 'storage_project_service_account'];

const folder = mkdtempSync(join(tmpdir(), 'google-provider-'));

function readAll(names, prefix) {
  return Object.fromEntries(names.map((name) => [`google_${name}`, readBlock(name, prefix)]));
}

/** The block of one resource. Of every class that is declared in its two files, only those that it holds are read. */
function readBlock(name, prefix) {
  const file = (extension) =>
    readFileSync(
      join(folder, 'package/lib', `${prefix}${name.replaceAll('_', '-')}`, `index.${extension}`),
      'utf8',
    );
  const source = { code: file('js'), types: file('d.ts') };
  const [, root] = /class (\w+) extends cdktf\.Terraform(?:Resource|DataSource)\b/.exec(source.code);
  return toBlock(source, {
    attributes: between(source.code, '    synthesizeHclAttributes() {', '\n    }\n'),
    type: `${root}Config`,
    outputs: between(source.code, `class ${root} extends `, '\n}\n'),
  });
}

const TYPES = {
  'simple string': 'string',
  'simple number': 'number',
  'simple boolean': 'bool',
  'list stringList': ['list', 'string'],
  'list numberList': ['list', 'number'],
  'set stringList': ['set', 'string'],
  'set numberList': ['set', 'number'],
  'map stringMap': ['map', 'string'],
};

const OUTPUTS = { String: 'string', Number: 'number', Boolean: 'bool', List: ['list', 'string'] };

/** An argument of the bindings: its value says which function writes a block, and the rest which type it has. */
const ARGUMENT =
  /^ {12}(\w+): \{\n\s+value: (.+),\n\s+isBlock: (true|false),\n\s+type: "(\w+)",\n\s+storageClassType: "(\w+)",/gm;

function toBlock(source, { attributes: text, type, outputs }) {
  const required = requiredMembers(source.types, type);
  const attributes = {};
  const blocks = {};
  for (const [, name, value, isBlock, kind, storage] of indented(text).matchAll(ARGUMENT)) {
    const isRequired = required.has(camelCase(name));
    if (isBlock === 'true') {
      blocks[name] = {
        nesting: kind === 'struct' ? 'single' : kind,
        ...(isRequired && { required: true }),
        block: readNested(source, value),
      };
      continue;
    }
    const known = TYPES[`${kind} ${storage}`];
    if (known === undefined) throw new TypeError(`${type}.${name}: no rule for ${kind} ${storage}`);
    // Terraform itself gives every resource an id.
    attributes[name] = { type: known, is: isRequired ? 'required' : name === 'id' ? 'computed' : 'optional' };
  }
  for (const [, kind, name] of outputs.matchAll(
    /this\.get(String|Number|Boolean|List)Attribute\('(\w+)'\)/g,
  )) {
    attributes[name] ??= { type: OUTPUTS[kind], is: 'computed' };
  }
  return { attributes, ...(Object.keys(blocks).length > 0 && { blocks }) };
}

function readNested(source, value) {
  const [, writer] = /(\w+)ToHclTerraform\b(?!.*\w+ToHclTerraform)/.exec(value);
  const type = writer[0].toUpperCase() + writer.slice(1);
  return toBlock(source, {
    attributes: between(source.code, `\nfunction ${writer}ToHclTerraform(struct) {`, '\n}\n'),
    type,
    outputs: between(source.code, `class ${type}OutputReference extends `, '\n}\n'),
  });
}

/** Functions are indented by 4 less than methods. */
function indented(text) {
  return text.includes('\n            value:') && !text.includes('\n                value:')
    ? text.replaceAll('\n', '\n    ')
    : text;
}

/** Members without a question mark. */
function requiredMembers(types, name) {
  const text = between(types, `export interface ${name} `, '\n}\n');
  return new Set([...text.matchAll(/^ {4}readonly (\w+): /gm)].map(([, member]) => member));
}

function between(text, start, end) {
  const from = text.indexOf(start);
  if (from < 0) return '';
  return text.slice(from, text.indexOf(end, from));
}

function camelCase(name) {
  return name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
}

try {
  execFileSync('npm', ['pack', '--silent', `@cdktf/provider-google@${VERSION}`], { cwd: folder });
  execFileSync('tar', ['-xzf', `cdktf-provider-google-${VERSION}.tgz`], { cwd: folder });
  const schema = {
    resources: readAll(RESOURCES, ''),
    dataSources: readAll(DATA_SOURCES, 'data-google-'),
  };
  const target = new URL('provider/google.generated.json', import.meta.url);
  writeFileSync(target, `${JSON.stringify(schema, undefined, 1)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
