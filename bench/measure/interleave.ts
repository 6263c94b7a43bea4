/** One way of doing what is measured; it gives one round's measurement. */
export type Variant<T> = () => Promise<T>;

/**
 * Measures variants in turn, A B A B, so that what changes on the machine meanwhile meets all of them alike.
 *
 * @returns each variant's measurements, one a round.
 */
export async function interleave<K extends string, T>(
  rounds: number,
  variants: ReadonlyMap<K, Variant<T>>,
): Promise<Map<K, T[]>> {
  const measured = new Map<K, T[]>([...variants.keys()].map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, measure] of variants) measured.get(name)?.push(await measure());
  }
  return measured;
}
