import type { FieldError } from '../shared/core/errors';
import { formatSpec, type TensorSpec } from '../shared/core/signature';
import type { DataType } from '../shared/core/tensor';
import { element } from './elements';
import { type Field, frameField } from './field';
import { type InputForm, pointerSegments, RESET_TO_EXAMPLE } from './input-form';
import type { ModelInfo } from './model-info';

/** One editor of nested JSON for each input tensor; called by the Open Inference Protocol. */
export function createTensorForm({ name, signature }: ModelInfo): InputForm {
  const specs = signature?.inputs ?? [];
  const fields = specs.map(createTensorField);
  const path = `./v2/models/${encodeURIComponent(name)}/infer`;
  const form: InputForm = {
    element: element('div', { class: 'fields wide' }, ...fields.map((field) => field.element)),
    resetLabel: RESET_TO_EXAMPLE,
    sample: { path, body: { inputs: [] } },
    read() {
      const values = fields.map(readTensor);
      if (values.includes(undefined)) return undefined;
      const inputs = specs.map((spec, index) => toInput(spec, values[index]));
      return { path, body: { inputs } };
    },
    reset() {
      for (const [index, spec] of specs.entries()) fields[index]?.write(exampleOf(spec));
    },
    show({ errors }) {
      fields.forEach((field, index) => {
        const found = errors.find(({ pointer }) => inputOf(pointer) === index);
        field.note(found && { kind: 'error', text: found.detail });
      });
      return errors.filter((error) => !isPlaced(error, fields));
    },
    focusError() {
      fields.find((field) => field.element.querySelector('[aria-invalid]'))?.focus();
    },
  };
  form.reset();
  return form;
}

function createTensorField(spec: TensorSpec): Field {
  const editor = element('textarea', { rows: 6, spellcheck: 'false', class: 'editor' });
  const hint = `${formatSpec(spec)} as nested JSON lists; dimensions that have a name may be of any size.`;
  const frame = frameField(editor, { label: spec.name, hint });
  return {
    ...frame,
    read: () => editor.value,
    write(value) {
      editor.value = JSON.stringify(value);
    },
    focus: () => editor.focus(),
  };
}

/** The value that the editor's text says; undefined, and said at the field, when it is not JSON. */
function readTensor(field: Field): unknown {
  try {
    return JSON.parse(String(field.read()));
  } catch (error) {
    field.note({
      kind: 'error',
      text: `This is not JSON: ${error instanceof Error ? error.message : error}`,
    });
    return undefined;
  }
}

/** Spelling of element types in the Open Inference Protocol, where it is not the upper case of ours. */
const DATATYPES: Partial<Record<DataType, string>> = {
  float16: 'FP16',
  float32: 'FP32',
  float64: 'FP64',
  string: 'BYTES',
};

function toInput({ name, type }: TensorSpec, data: unknown): object {
  return { name, shape: shapeOf(data), datatype: DATATYPES[type] ?? type.toUpperCase(), data };
}

function shapeOf(data: unknown): number[] {
  return Array.isArray(data) ? [data.length, ...(data.length === 0 ? [] : shapeOf(data[0]))] : [];
}

/** A tensor of zeros with 1 for each dimension that has a name. */
function exampleOf({ type, shape }: TensorSpec): unknown {
  const zero = type === 'string' ? '' : type === 'bool' ? false : 0;
  return shape.reduceRight<unknown>(
    (inner, size) => Array.from({ length: typeof size === 'number' ? size : 1 }, () => inner),
    zero,
  );
}

/** `/inputs/0/…` is about the first tensor. */
function inputOf(pointer: string): number {
  return Number(pointerSegments(pointer)[1] ?? Number.NaN);
}

function isPlaced({ pointer }: FieldError, fields: readonly Field[]): boolean {
  return fields[inputOf(pointer)] !== undefined;
}
