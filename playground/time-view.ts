import { element } from './elements';
import { formatMs, type TimeSpan, type Timing } from './timing';

/** Shows how long a call took and what the time went to. */
export function createTimeView(timing: Timing): HTMLElement {
  const { isCold, roundTripMs, serverMs, spans, start } = timing;
  return element(
    'div',
    { class: 'time' },
    element(
      'dl',
      { class: 'facts' },
      fact('Latency', formatMs(roundTripMs)),
      serverMs === undefined ? undefined : fact('In the service', formatMs(serverMs)),
      fact('Instance', isCold ? 'cold' : 'warm', isCold ? 'It had to start first' : 'It was running already'),
    ),
    spans.length === 0 ? undefined : createSplit(spans),
    start.length === 0 ? undefined : createStart(start),
  );
}

function fact(name: string, value: string, title?: string): HTMLElement {
  return element('div', { title }, element('dt', {}, name), element('dd', {}, value));
}

function createSplit(spans: readonly TimeSpan[]): HTMLElement {
  const total = spans.reduce((sum, { ms }) => sum + ms, 0) || 1;
  const parts = spans.map(({ ms }, index) => {
    const part = element('span', { class: `span-${index % 6}` });
    part.style.setProperty('flex-grow', String(ms / total));
    return part;
  });
  const legend = spans.map(({ name, ms }, index) =>
    element(
      'li',
      {},
      element('span', { class: `dot span-${index % 6}`, 'aria-hidden': 'true' }),
      name,
      element('span', { class: 'share' }, formatMs(ms)),
    ),
  );
  return element(
    'div',
    { class: 'split' },
    element('div', { class: 'stack', 'aria-hidden': 'true' }, ...parts),
    element('ul', {}, ...legend),
  );
}

/** The start is not part of the latency: much of it is over before the request arrives. */
function createStart(start: readonly TimeSpan[]): HTMLElement {
  const items = start.map(({ name, ms }) => `${name} ${formatMs(ms)}`).join(' · ');
  return element('p', { class: 'hint' }, `Start of the instance: ${items}`);
}
