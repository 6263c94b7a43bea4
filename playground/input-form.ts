import type { FieldError } from '../shared/core/errors';
import type { ApiCall } from './api-call';

/** What the service says about the values of a call. */
export interface Notes {
  readonly errors: readonly FieldError[];
  readonly warnings: readonly FieldError[];
}

/**
 * A way to enter what a model takes. A change of any field must reach the page as a bubbling `input` event;
 * elements that are no form controls dispatch one themselves.
 */
export interface InputForm {
  /** The fields; the page puts them into its form. */
  readonly element: HTMLElement;
  /** The call that the fields stand for now; undefined when there is none, which the field itself then says. */
  read(): ApiCall | undefined;
  /** Puts the example back. */
  reset(): void;
  /** Shows each note beside its field, and takes older ones away. Returns the notes that belong to no field. */
  show(notes: Notes): readonly FieldError[];
  /** Moves the focus to the first field that has an error. */
  focusError(): void;
}

/** Notes that take every older one away. */
export const NO_NOTES: Notes = { errors: [], warnings: [] };

/** The segments of a JSON Pointer (RFC 6901). */
export function pointerSegments(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}
