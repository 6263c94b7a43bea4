import { element } from './elements';

/** A bar for each class. */
export interface Bars {
  readonly element: HTMLElement;
  /** Moves the bars to other probabilities, in class order; null stands for one that is no number. */
  show(probabilities: readonly (number | null)[]): void;
}

/** Most bars shown at once; of more classes the most probable are shown. */
const MAX_BARS = 12;

/** Makes the bars of named classes, all empty. They stay while the numbers change, so that they can move. */
export function createBars(classes: readonly string[]): Bars {
  const rows = classes.map((name) => createBar(name));
  const rest = element('p', { class: 'hint', hidden: classes.length <= MAX_BARS });
  rest.textContent = `and ${classes.length - MAX_BARS} less probable`;
  const list = element('ol', { class: 'bars' }, ...rows.map((row) => row.element));

  return {
    element: element('div', {}, list, rest),
    show(probabilities) {
      const order = byProbability(probabilities);
      rows.forEach((row, index) => {
        row.show(probabilities[index] ?? 0, index === order[0]);
        row.element.hidden = order.indexOf(index) >= MAX_BARS;
      });
      // Few classes keep their places while a slider moves; many are a list of the best.
      if (rows.length > MAX_BARS) list.append(...order.flatMap((index) => rows[index]?.element ?? []));
    },
  };
}

/** Writes a probability as a percentage; what is not quite 0 or 1 does not become so. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent > 0 && percent < 0.1) return '< 0.1 %';
  if (percent > 99.9 && percent < 100) return '> 99.9 %';
  return `${percent.toFixed(1)} %`;
}

/** One bar with its name. */
export interface Bar {
  readonly element: HTMLElement;
  /** Moves the bar. */
  show(share: number, isBest: boolean): void;
}

/** Makes an empty bar, as an item of a list. */
export function createBar(name: string): Bar {
  const share = element('span', { class: 'share' });
  const bar = element('span', { class: 'fill' });
  const row = element(
    'li',
    {},
    element('span', { class: 'class-name' }, name),
    share,
    element('span', { class: 'rail', 'aria-hidden': 'true' }, bar),
  );
  return {
    element: row,
    show(value, isBest) {
      share.textContent = formatShare(value);
      bar.style.setProperty('--share', String(Math.min(1, Math.max(0, value))));
      row.classList.toggle('best', isBest);
    },
  };
}

function byProbability(probabilities: readonly (number | null)[]): number[] {
  const order = probabilities.map((_, index) => index);
  return order.sort((a, b) => (probabilities[b] ?? 0) - (probabilities[a] ?? 0));
}
