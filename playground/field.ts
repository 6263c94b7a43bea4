import type { Feature } from '../shared/core/manifest';
import type { DataType } from '../shared/core/tensor';
import { element, setAttribute, uniqueId } from './elements';

/** One value of a form with its label. */
export interface Field {
  readonly element: HTMLElement;
  /** The value as JSON has it; undefined to leave it out. */
  read(): unknown;
  /** Shows a value; `undefined` stands for one that is left out. */
  write(value: unknown): void;
  /** Shows what is wrong or odd with the value; undefined takes it away. */
  note(note: FieldNote | undefined): void;
  focus(): void;
}

export interface FieldNote {
  readonly kind: 'error' | 'warning';
  readonly text: string;
}

/** What a field of a feature is made of. */
export interface FeatureField {
  readonly feature: Feature;
  readonly type: DataType;
  readonly label: string;
  readonly hint: string | undefined;
}

/** A control that takes what is typed or chosen. */
export type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** What stands around a control: label, hint and note. */
export interface FieldFrame {
  readonly element: HTMLElement;
  readonly note: Field['note'];
}

export interface FrameParts {
  readonly label: string;
  readonly hint?: string | undefined;
  /** Lies beside the control, such as its unit. */
  readonly suffix?: string | undefined;
  /** Lies below the control, such as its slider. */
  readonly below?: HTMLElement | undefined;
}

/** Puts a label, a hint and room for a note around a control, and tells assistive technology which belongs to it. */
export function frameField(control: Control, { label, hint, suffix, below }: FrameParts): FieldFrame {
  control.id = uniqueId('field');
  const hintId = `${control.id}-hint`;
  const noteId = `${control.id}-note`;
  const describedBy = hint === undefined ? noteId : `${hintId} ${noteId}`;
  setAttribute(control, 'aria-describedby', describedBy);
  const noteElement = element('p', { id: noteId, class: 'note', hidden: true });
  const frame = element(
    'div',
    { class: 'field' },
    element(
      'div',
      { class: 'field-head' },
      element('label', { for: control.id }, label),
      element('span', { class: 'control' }, control, suffix === undefined ? undefined : unitOf(suffix)),
    ),
    below,
    hint === undefined ? undefined : element('p', { id: hintId, class: 'hint' }, hint),
    noteElement,
  );
  return { element: frame, note: (note) => showNote(control, noteElement, note) };
}

function unitOf(text: string): HTMLElement {
  return element('span', { class: 'unit' }, text);
}

function showNote(control: Control, target: HTMLElement, note: FieldNote | undefined): void {
  target.hidden = note === undefined;
  target.textContent = note?.text ?? '';
  target.className = `note ${note?.kind ?? ''}`;
  setAttribute(control, 'aria-invalid', note?.kind === 'error' ? 'true' : undefined);
}
