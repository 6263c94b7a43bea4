import { element } from './elements';
import { type FeatureField, type Field, frameField } from './field';

/** A box to tick for true or false. */
export function createSwitchField({ label, hint }: FeatureField): Field {
  const box = element('input', { type: 'checkbox' });
  const frame = frameField(box, { label, hint });

  return {
    ...frame,
    read: () => box.checked,
    write(value) {
      box.checked = value === true;
    },
    focus: () => box.focus(),
  };
}
