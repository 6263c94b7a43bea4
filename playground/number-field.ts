import { element, setAttribute } from './elements';
import { type FeatureField, type Field, frameField } from './field';
import { type NumberScale, roundTo, scaleOf } from './number-scale';

/**
 * A number with a slider beside it. Whatever is typed is sent, also what is no number: the service says what
 * is wrong with it, in its own words.
 */
export function createNumberField({ feature, type, label, hint }: FeatureField): Field {
  const { range, unit, nullable = false } = feature;
  const scale = range && scaleOf(range, /int/.test(type));
  const input = element('input', {
    type: 'text',
    // The decimal keypad of a phone has no minus sign.
    inputmode: range !== undefined && range[0] >= 0 ? 'decimal' : 'text',
    autocomplete: 'off',
    class: 'number',
    placeholder: nullable ? 'missing' : undefined,
  });
  const slider = scale && createSlider(scale, label);
  const frame = frameField(input, { label, hint, suffix: unit, below: slider });

  function follow(): void {
    if (slider === undefined) return;
    const value = Number(input.value);
    if (input.value.trim() !== '' && Number.isFinite(value)) slider.value = String(value);
    setAttribute(slider, 'aria-valuetext', unit === undefined ? input.value : `${input.value} ${unit}`);
  }
  function write(value: unknown): void {
    input.value = value === undefined || value === null ? '' : String(value);
    follow();
  }
  input.addEventListener('input', follow);
  slider?.addEventListener('input', () => write(slider.value));
  input.addEventListener('keydown', (event) => stepWithArrows(event, input, scale?.step ?? 1));

  return { ...frame, write, read: () => readNumber(input.value, nullable), focus: () => input.focus() };
}

function createSlider({ min, max, step, band }: NumberScale, label: string): HTMLInputElement {
  const slider = element('input', { type: 'range', min, max, step, 'aria-label': `${label}, slider` });
  slider.style.setProperty('--from', `${band[0] * 100}%`);
  slider.style.setProperty('--to', `${band[1] * 100}%`);
  return slider;
}

function readNumber(text: string, nullable: boolean): unknown {
  const trimmed = text.trim();
  if (trimmed === '') return nullable ? null : undefined;
  const value = Number(trimmed);
  // JSON has no NaN and no infinities: such text goes as it is, and is refused as it is.
  return Number.isFinite(value) ? value : trimmed;
}

function stepWithArrows(event: KeyboardEvent, input: HTMLInputElement, step: number): void {
  const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
  const value = Number(input.value);
  if (direction === undefined || !Number.isFinite(value)) return;
  event.preventDefault();
  input.value = String(roundTo(value + direction * step, step));
  input.dispatchEvent(new Event('input', { bubbles: true }));
}
