import type { FieldError } from '../shared/core/errors';
import type { ApiCall } from './api-call';
import { element } from './elements';
import { createFeatureField } from './feature-field';
import type { Field, FieldNote } from './field';
import { type InputForm, pointerSegments, RESET_TO_EXAMPLE } from './input-form';
import { type ModelInfo, typeOf } from './model-info';

const PATH = './predict';

/** One field for each feature of a tabular model, filled with the manifest's example. */
export function createFeatureForm(info: ModelInfo): InputForm {
  const features = info.features ?? [];
  const fields = new Map(
    features.map((feature) => [feature.name, createFeatureField(feature, typeOf(info, feature))]),
  );
  const form: InputForm = {
    element: element('div', { class: 'fields' }, ...[...fields.values()].map((field) => field.element)),
    resetLabel: RESET_TO_EXAMPLE,
    sample: { path: PATH, body: { features: {} } },
    read: () => callOf(fields),
    reset() {
      for (const { name, example } of features) fields.get(name)?.write(example);
    },
    show({ errors, warnings }) {
      const notes = new Map([...notesOf('warning', warnings), ...notesOf('error', errors)]);
      for (const [name, field] of fields) field.note(notes.get(name));
      return errors.filter(({ pointer }) => !fields.has(featureOf(pointer)));
    },
    focusError() {
      const names = [...fields.keys()];
      const first = names.find((name) => fields.get(name)?.element.querySelector('[aria-invalid]'));
      if (first !== undefined) fields.get(first)?.focus();
    },
  };
  form.reset();
  return form;
}

function callOf(fields: ReadonlyMap<string, Field>): ApiCall {
  const values = [...fields].map(([name, field]) => [name, field.read()] as const);
  return {
    path: PATH,
    // JSON leaves members out that are undefined: the service then says which are missing.
    body: { features: Object.fromEntries(values) },
    features: values,
  };
}

/** `/features/NAME`; a longer pointer is about a part of the same value. */
function featureOf(pointer: string): string {
  return pointerSegments(pointer)[1] ?? '';
}

function notesOf(kind: FieldNote['kind'], list: readonly FieldError[]): [name: string, note: FieldNote][] {
  return list.map(({ pointer, detail }) => [featureOf(pointer), { kind, text: detail }]);
}
