/** One call of the service, as the form says it and as the code beside it shows it. */
export type ApiCall = JsonCall | FileCall;

/** A call with a body of JSON. */
export interface JsonCall {
  /** Relative to the page. */
  readonly path: string;
  readonly body: unknown;
  /** The values in feature order, as a SQL function takes them; absent for tensors. */
  readonly features?: readonly (readonly [name: string, value: unknown])[];
}

/** A call with a form of one file (multipart/form-data). */
export interface FileCall {
  /** Relative to the page. */
  readonly path: string;
  /** Sent as `file`. */
  readonly file: File;
  /** What is sent beside the file. */
  readonly fields: Readonly<Record<string, string>>;
}
