/** A bounded set of texts, which forgets the one that was named longest ago when there are too many. */
export interface Recency {
  /** Names a text, which makes it the last to be forgotten. */
  touch(text: string): void;
  has(text: string): boolean;
  forget(text: string): void;
}

/** @param onForget told of each text that had to make room. */
export function createRecency(max: number, onForget: (text: string) => void = () => {}): Recency {
  // In the order in which they were last named.
  const texts = new Set<string>();
  return {
    touch(text) {
      texts.delete(text);
      texts.add(text);
      if (texts.size <= max) return;
      const [oldest = text] = texts;
      texts.delete(oldest);
      onForget(oldest);
    },
    has: (text) => texts.has(text),
    forget: (text) => void texts.delete(text),
  };
}
