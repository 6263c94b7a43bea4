import { element } from './elements';
import { type FeatureField, type Field, frameField } from './field';

/** A list to choose one category from; a feature that may be missing has a choice for that. */
export function createChoiceField({ feature, label, hint }: FeatureField): Field {
  const { categories = [], nullable = false, unit } = feature;
  const missing = nullable ? element('option', { value: '' }, 'missing') : undefined;
  const options = categories.map((category, index) => element('option', { value: index }, category));
  const select = element('select', {}, ...options, missing);
  const frame = frameField(select, { label, hint, suffix: unit });

  return {
    ...frame,
    // Positions rather than texts, so that an empty category is not taken for a missing one.
    read: () => (select.value === '' ? null : categories[Number(select.value)]),
    write(value) {
      const index = typeof value === 'string' ? categories.indexOf(value) : -1;
      select.value = index === -1 ? '' : String(index);
    },
    focus: () => select.focus(),
  };
}
