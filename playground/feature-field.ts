import type { Feature } from '../shared/core/manifest';
import type { DataType } from '../shared/core/tensor';
import { createChoiceField } from './choice-field';
import type { Field } from './field';
import { createNumberField } from './number-field';
import { createSwitchField } from './switch-field';
import { createTextField } from './text-field';

/** Makes the field that fits a feature of an element type. */
export function createFeatureField(feature: Feature, type: DataType): Field {
  const parts = { feature, type, label: labelOf(feature.name), hint: hintOf(feature) };
  if (feature.categories !== undefined) return createChoiceField(parts);
  if (type === 'bool') return createSwitchField(parts);
  return type === 'string' ? createTextField(parts) : createNumberField(parts);
}

/** `sepal_length` as people write it; any other spelling may mean something and stays. */
function labelOf(name: string): string {
  if (!/^[a-z]+(_[a-z0-9]+)*$/.test(name)) return name;
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function hintOf({ description, range, unit }: Feature): string | undefined {
  const seen = range && `${range[0]} to ${range[1]}${unit === undefined ? '' : ` ${unit}`} in training`;
  return [description, seen].filter((part) => part !== undefined).join(' · ') || undefined;
}
