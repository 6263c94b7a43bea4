import { formatSpec } from '../shared/core/signature';
import { element } from './elements';
import { describeImage } from './image-size';
import type { ModelInfo } from './model-info';

/** What the manifest says of the model besides its features. */
export function createAbout({ signature, training, versions, version, image }: ModelInfo): HTMLElement {
  const others = versions?.filter((other) => other !== version) ?? [];
  const rows: [name: string, value: string | undefined][] = [
    ['Algorithm', training?.algorithm],
    ['Trained on', training?.data?.rows === undefined ? undefined : `${training.data.rows} rows`],
    ...Object.entries(training?.metrics ?? {}).map<[string, string]>(([name, value]) => [
      name.replaceAll('_', ' '),
      String(Number(value.toPrecision(4))),
    ]),
    ['Sees', image && describeImage({ image })],
    ['Takes', signature?.inputs.map(describeSpec).join(', ')],
    ['Gives', signature?.outputs.map(describeSpec).join(', ')],
    ['Other versions', others.join(', ') || undefined],
  ];
  const known = rows.filter(([, value]) => value !== undefined);
  const items = known.map(([name, value]) =>
    element('div', {}, element('dt', {}, name), element('dd', {}, value)),
  );
  return element(
    'section',
    { class: 'card about', 'aria-labelledby': 'about-title' },
    element('h2', { id: 'about-title' }, 'About the model'),
    element('dl', { class: 'facts' }, ...items),
  );
}

function describeSpec(spec: Parameters<typeof formatSpec>[0]): string {
  return `${spec.name} ${formatSpec(spec)}`;
}
