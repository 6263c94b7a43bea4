/**
 * What can be found in an ONNX file; docs/models.md has what each means and what to do about it, and a test holds the
 * two together.
 */
export const FINDING_CODES = [
  'not-onnx',
  'zip-map',
  'sequence-output',
  'output-shape',
  'non-tensor-output',
  'non-tensor-input',
  'fixed-batch',
  'external-data',
  'opset-too-new',
  'ir-too-new',
  'unsupported-type',
  'custom-operator',
  'locale',
  'load-failed',
  'run-failed',
  'answers-differ',
  'options-do-not-fit',
  'rows-not-independent',
  'not-probabilities',
  'classes-unknown',
  'image-input',
  'task',
] as const;

export type FindingCode = (typeof FINDING_CODES)[number];

/** One thing that an ONNX file has and that somebody who serves it has to know. */
export interface Finding {
  readonly code: FindingCode;
  /** An error that is not repaired keeps the file from being served. */
  readonly severity: 'error' | 'warning' | 'note';
  /** The node, tensor or number of the file that it is about. */
  readonly where: string;
  /** What was found, what was done about it, or what to do. */
  readonly detail: string;
  readonly repaired: boolean;
}

/** Something that keeps a file from being served. */
export function refusal(code: FindingCode, where: string, detail: string): Finding {
  return { code, severity: 'error', where, detail, repaired: false };
}

/** Something that kept a file from being served. */
export function repair(code: FindingCode, where: string, detail: string): Finding {
  return { code, severity: 'error', where, detail, repaired: true };
}

export function warning(code: FindingCode, where: string, detail: string): Finding {
  return { code, severity: 'warning', where, detail, repaired: false };
}

export function note(code: FindingCode, where: string, detail: string): Finding {
  return { code, severity: 'note', where, detail, repaired: false };
}

/** Whether a file can be served as it is now. */
export function isServable(findings: readonly Finding[]): boolean {
  return findings.every(({ severity, repaired }) => severity !== 'error' || repaired);
}
