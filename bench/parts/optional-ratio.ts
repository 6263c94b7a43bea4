import type { Spread } from '../measure/statistics';
import { formatNumber } from '../report/table';
import type { OptionalName } from '../servers/optional-contenders';

/** What each is held against: its own host with every optional part off. */
export function baseOf(name: OptionalName): OptionalName {
  return name === 'functionWithout' || name === 'functionOff' ? 'functionOff' : 'off';
}

/** A ratio and where that of each round lay, as two cells. */
export function formatRatio({ median, min, max }: Spread): [string, string] {
  return [formatNumber(median), `${formatNumber(min)}-${formatNumber(max)}`];
}
