import type { ErrorObject, ValidateFunction } from 'ajv';
import Ajv from 'ajv/dist/2020';
import { distance } from 'fastest-levenshtein';
import type { FieldError } from './errors';
import { exampleFeatures, type TabularManifest } from './manifest';
import { rowSchemas } from './row-schema';
import { MAX_REPORTED, rowValues } from './rows';
import { describeValue, escapePointer, quote, shorten } from './schema-error';

/** Says what is wrong with rows that the decoder refused. */
export interface RowReporter {
  /**
   * @param pointerOf the JSON Pointer of a row in the request's body.
   * @returns at least one defect for each bad row, in order, {@link MAX_REPORTED} at the most.
   */
  report(rows: readonly unknown[], pointerOf: (row: number) => string): FieldError[];
  /**
   * The first bad row put right: what was good about it is kept, misspelt names are mended, and the manifest's
   * examples stand in for the rest.
   */
  correct(rows: readonly unknown[]): unknown;
}

/**
 * Compiles the schemas of a manifest. Loading AJV and compiling cost more than a cold start can spare, so this
 * module is imported, once per process, by the first request that is refused.
 */
export function createRowReporter(manifest: TabularManifest): RowReporter {
  const ajv = new Ajv({ allErrors: true, strictTypes: false, strictTuples: false, allowUnionTypes: true });
  ajv.addKeyword('x-unit');
  const schemas = rowSchemas(manifest);
  const byName = ajv.compile(schemas.byName);
  const byPosition = ajv.compile(schemas.byPosition);
  return {
    report(rows, pointerOf) {
      const errors: FieldError[] = [];
      for (let row = 0; row < rows.length && errors.length < MAX_REPORTED; row++) {
        const found = reportRow(manifest, { byName, byPosition }, rows[row], pointerOf(row));
        errors.push(...found.slice(0, MAX_REPORTED - errors.length));
      }
      return errors;
    },
    correct(rows) {
      const bad = rows.find((row) => reportRow(manifest, { byName, byPosition }, row, '').length > 0);
      const isGood = (name: string, value: unknown) =>
        byName({ ...exampleFeatures(manifest), [name]: value });
      return correctRow(manifest, bad, isGood);
    },
  };
}

interface Validators {
  readonly byName: ValidateFunction;
  readonly byPosition: ValidateFunction;
}

function reportRow(
  manifest: TabularManifest,
  validators: Validators,
  row: unknown,
  pointer: string,
): readonly FieldError[] {
  const values = rowValues(row);
  if (values === undefined) return [notARow(row, pointer)];
  const base = values === row ? pointer : `${pointer}/features`;
  // AJV would describe each of a million surplus values; that there are too many is said in one sentence.
  const tooMany = wrongCount(manifest, values);
  if (tooMany !== undefined) return [{ pointer: base, detail: tooMany }];
  const validate = Array.isArray(values) ? validators.byPosition : validators.byName;
  if (validate(values)) return [];
  return (validate.errors ?? [])
    .slice(0, MAX_REPORTED)
    .map((error) => describe(manifest, error, values, base));
}

/** Says that a row by position has not as many values as features, or one by name far more. */
function wrongCount({ features }: TabularManifest, values: Values): string | undefined {
  const names = features.map(({ name }) => name).join(', ');
  const expected = `expected ${features.length} values (${shorten(names, 500)})`;
  if (Array.isArray(values))
    return values.length === features.length ? undefined : `${expected}, got ${values.length}`;
  const limit = features.length + MAX_REPORTED;
  let count = 0;
  for (const _ in values) if (++count > limit) return `${expected}, got more than ${limit}`;
  return undefined;
}

function correctRow(
  manifest: TabularManifest,
  row: unknown,
  isGood: (name: string, value: unknown) => boolean,
): unknown {
  const given = rowValues(row) ?? {};
  const values = wrongCount(manifest, given) === undefined || Array.isArray(given) ? given : {};
  const names = manifest.features.map(({ name }) => name);
  const named: readonly (readonly [string | undefined, unknown])[] = Array.isArray(values)
    ? names.map((name, index) => [name, values[index]])
    : mendNames(names, values);
  const good = named.filter(([name, value]) => isGood(String(name), value));
  const corrected = { ...exampleFeatures(manifest), ...Object.fromEntries(good) };
  const written = Array.isArray(values) ? names.map((name) => corrected[name]) : corrected;
  return given === row ? written : { features: written };
}

function mendNames(names: readonly string[], values: Values): [name: string | undefined, value: unknown][] {
  const free = names.filter((name) => !(name in values));
  return Object.entries(values).map(([name, value]) => [
    names.includes(name) ? name : nearestName(name, free),
    value,
  ]);
}

function notARow(row: unknown, pointer: string): FieldError {
  const isWrapped = typeof row === 'object' && row !== null && 'features' in row;
  if (!isWrapped) {
    return { pointer, detail: `expected an object or an array of features, got ${describeValue(row)}` };
  }
  const extra = Object.keys(row).find((key) => key !== 'features');
  if (extra !== undefined) {
    return {
      pointer: `${pointer}/${escapePointer(extra)}`,
      detail: `${quote(extra)} is not known here, beside "features"`,
    };
  }
  const got = describeValue(row.features);
  return { pointer: `${pointer}/features`, detail: `expected an array or an object of features, got ${got}` };
}

type Values = readonly unknown[] | Readonly<Record<string, unknown>>;

function describe(manifest: TabularManifest, error: ErrorObject, values: Values, base: string): FieldError {
  const { keyword, params } = error;
  if (keyword === 'required') {
    const name = String(params['missingProperty']);
    return {
      pointer: `${base}/${escapePointer(name)}`,
      detail: `"${name}" is missing${unitOf(manifest, name)}`,
    };
  }
  if (keyword === 'additionalProperties') {
    const name = String(params['additionalProperty']);
    return { pointer: `${base}/${escapePointer(name)}`, detail: unknownName(manifest, name, values) };
  }
  return describeWrongValue(manifest, error, values, base);
}

function describeWrongValue(
  manifest: TabularManifest,
  error: ErrorObject,
  values: Values,
  base: string,
): FieldError {
  const token = error.instancePath.slice(1).replaceAll('~1', '/').replaceAll('~0', '~');
  const name = Array.isArray(values) ? (manifest.features[Number(token)]?.name ?? token) : token;
  const got = describeValue((values as Record<string, unknown>)[token]);
  return {
    pointer: `${base}${error.instancePath}`,
    detail: `"${name}" must be ${expectedOf(error)}, got ${got}`,
  };
}

function expectedOf({ keyword, params, message }: ErrorObject): string {
  switch (keyword) {
    case 'type':
      return [params['type']].flat().map(article).join(' or ');
    case 'enum':
      return `one of ${params['allowedValues'].join(', ')}`;
    case 'minimum':
    case 'maximum':
      return `a number that the model's tensor can hold (${params['comparison']} ${params['limit']})`;
    default:
      return message ?? keyword;
  }
}

function article(type: string): string {
  if (type === 'null') return type;
  return type === 'number' ? 'a finite number' : `${/^[aio]/.test(type) ? 'an' : 'a'} ${type}`;
}

function unitOf(manifest: TabularManifest, name: string): string {
  const feature = manifest.features.find((candidate) => candidate.name === name);
  return feature?.unit === undefined ? '' : ` (in ${feature.unit})`;
}

function unknownName(manifest: TabularManifest, name: string, values: Values): string {
  const free = manifest.features.map((feature) => feature.name).filter((candidate) => !(candidate in values));
  const nearest = nearestName(
    name,
    free.length > 0 ? free : manifest.features.map((feature) => feature.name),
  );
  return `${quote(name)} is not a feature of this model${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`;
}

/** The name within a third of its length in edits, if there is one. */
function nearestName(name: string, candidates: readonly string[]): string | undefined {
  const key = name.slice(0, 128).toLowerCase();
  const ranked = candidates
    .map((candidate) => ({ candidate, edits: distance(key, candidate.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  const [best] = ranked;
  return best !== undefined && best.edits <= Math.ceil(best.candidate.length / 3)
    ? best.candidate
    : undefined;
}
