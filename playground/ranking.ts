import { type Bar, createBar } from './bars';
import { element } from './elements';
import { isObject } from './model-info';

/** One of the likeliest classes of an image, as `predict` answers with it. */
export interface RankedClass {
  readonly class_id: number;
  readonly label: string;
  /** Null where the model gave what is no number. */
  readonly confidence: number | null;
}

/** Bars of the likeliest classes. */
export interface Ranking {
  readonly element: HTMLElement;
  /** Shows the classes of an answer. */
  show(body: Readonly<Record<string, unknown>>): void;
}

/** Makes room for bars. A class keeps its bar from one answer to the next, so that it moves instead of jumping. */
export function createRanking(): Ranking {
  const list = element('ol', { class: 'bars' });
  const bars = new Map<number, Bar>();

  function barOf({ class_id: id, label }: RankedClass): Bar {
    const bar = bars.get(id) ?? createBar(label);
    bars.set(id, bar);
    return bar;
  }
  return {
    element: list,
    show(body) {
      const ranked = readRanking(body);
      list.replaceChildren(...ranked.map((one) => barOf(one).element));
      for (const [rank, one] of ranked.entries()) barOf(one).show(one.confidence ?? 0, rank === 0);
    },
  };
}

/** The likeliest classes of the one image, the likeliest first. */
export function readRanking({ predictions }: Readonly<Record<string, unknown>>): RankedClass[] {
  return Array.isArray(predictions) ? predictions.filter(isRanked) : [];
}

function isRanked(value: unknown): value is RankedClass {
  return isObject(value) && typeof value['class_id'] === 'number' && typeof value['label'] === 'string';
}
