/** A server to be measured, and how it is started. */
export interface Contender {
  /** How the report calls it. */
  readonly name: string;
  /** The program and its arguments; `{port}` in an argument becomes the port. */
  readonly command: readonly [program: string, ...args: string[]];
  readonly cwd: string;
  /** Its whole environment, besides PATH and PORT. */
  readonly env: Readonly<Record<string, string>>;
  /** The request that it is measured with; its first 200 ends the cold start. */
  readonly request: Buffer;
}

/** Something that not every machine can have. */
export type Available<T> = { readonly value: T } | { readonly missing: string };
