/** Writes text as one word of a shell: in single quotes it reads nothing but the closing quote. */
export function shellQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
