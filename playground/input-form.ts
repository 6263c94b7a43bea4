import type { FieldError } from '../shared/core/errors';
import type { ApiCall } from './api-call';

/** What the service says about the values of a call. */
export interface Notes {
  readonly errors: readonly FieldError[];
  readonly warnings: readonly FieldError[];
  /** Why the whole of what was sent was refused; it may say the same as `errors`. */
  readonly refusal?: string;
}

/**
 * A way to enter what a model takes. A change of any field must reach the page as a bubbling `input` event;
 * elements that are no form controls dispatch one themselves.
 */
export interface InputForm {
  /** The fields; the page puts them into its form. */
  readonly element: HTMLElement;
  /** What `reset()` does, as a button says it. */
  readonly resetLabel: string;
  /** The call that is shown as code as long as there is none to read. */
  readonly sample: ApiCall;
  /** The call that the fields stand for now; undefined when there is none, which the field itself then says. */
  read(): ApiCall | undefined;
  /** Puts the example back; without one, takes everything away. */
  reset(): void;
  /** Shows each note beside its field, and takes older ones away. Returns the notes that belong to no field. */
  show(notes: Notes): readonly FieldError[];
  /** Moves the focus to the first field that has an error; what is still empty has one by then. */
  focusError(): void;
}

/** Of a form that has an example. */
export const RESET_TO_EXAMPLE = 'Reset to the example';

/** Notes that take every older one away. */
export const NO_NOTES: Notes = { errors: [], warnings: [] };

/** The segments of a JSON Pointer (RFC 6901). */
export function pointerSegments(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}
