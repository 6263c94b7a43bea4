/** One way of doing what is measured; it gives one round's measurement. */
export type Variant<T> = () => Promise<T>;

/**
 * Measures variants in turn, A B B A, so that what changes on the machine meanwhile meets all of them alike, and none
 * always comes first or after the same other one: the same server twice in a round differed by 7 % in one order.
 *
 * @returns each variant's measurements, one a round.
 */
export async function interleave<K extends string, T>(
  rounds: number,
  variants: ReadonlyMap<K, Variant<T>>,
): Promise<Map<K, T[]>> {
  const measured = new Map<K, T[]>([...variants.keys()].map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? [...variants] : [...variants].reverse();
    for (const [name, measure] of order) measured.get(name)?.push(await measure());
  }
  return measured;
}
