/** The same call in one language. */
export interface Snippet {
  readonly language: string;
  readonly code: string;
}
