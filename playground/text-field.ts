import { element } from './elements';
import { type FeatureField, type Field, frameField } from './field';

/** Free text. */
export function createTextField({ feature, label, hint }: FeatureField): Field {
  const input = element('input', { type: 'text', class: 'text', autocomplete: 'off' });
  const frame = frameField(input, { label, hint, suffix: feature.unit });

  return {
    ...frame,
    read: () => (input.value === '' && feature.nullable === true ? null : input.value),
    write(value) {
      input.value = typeof value === 'string' ? value : '';
    },
    focus: () => input.focus(),
  };
}
