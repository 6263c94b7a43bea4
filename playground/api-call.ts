/** One call of the service, as the form says it and as the code beside it shows it. */
export interface ApiCall {
  /** Relative to the page. */
  readonly path: string;
  readonly body: unknown;
  /** The values in feature order, as a SQL function takes them; absent for tensors. */
  readonly features?: readonly (readonly [name: string, value: unknown])[];
}
