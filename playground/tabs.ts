import { element, setAttribute, uniqueId } from './elements';

export interface Tabs {
  readonly element: HTMLElement;
  /** Name of the open tab. */
  selected(): string;
}

/**
 * A row of tabs above one panel (ARIA APG, tabs with automatic activation): arrow keys, Home and End move.
 *
 * @param onSelect fills the panel for a tab; called when another is opened.
 */
export function createTabs(
  names: readonly string[],
  panel: HTMLElement,
  { label, onSelect }: { readonly label: string; readonly onSelect: () => void },
): Tabs {
  let selected = names[0] ?? '';
  panel.id = uniqueId('panel');
  setAttribute(panel, 'role', 'tabpanel');
  const tabs = names.map((name) => createTab(name, panel.id));

  function select(name: string): void {
    selected = name;
    for (const tab of tabs) mark(tab, tab.textContent === name);
    setAttribute(panel, 'aria-labelledby', tabs[names.indexOf(name)]?.id);
  }
  function open(name: string): void {
    select(name);
    onSelect();
  }
  const list = element('div', { role: 'tablist', 'aria-label': label, class: 'tabs' }, ...tabs);
  for (const tab of tabs) tab.addEventListener('click', () => open(tab.textContent ?? ''));
  list.addEventListener('keydown', (event) => {
    const next = tabs[neighbour(event.key, names.indexOf(selected), tabs.length)];
    if (next === undefined) return;
    event.preventDefault();
    open(next.textContent ?? '');
    next.focus();
  });
  select(selected);
  return { element: list, selected: () => selected };
}

function createTab(name: string, panelId: string): HTMLButtonElement {
  return element(
    'button',
    { type: 'button', role: 'tab', id: uniqueId('tab'), 'aria-controls': panelId },
    name,
  );
}

function mark(tab: HTMLButtonElement, isSelected: boolean): void {
  setAttribute(tab, 'aria-selected', isSelected ? 'true' : 'false');
  tab.tabIndex = isSelected ? 0 : -1;
}

/** Position of the tab that a key leads to; -1 for any other key. */
function neighbour(key: string, at: number, count: number): number {
  const target = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: count - 1 }[key];
  return target === undefined ? -1 : (target + count) % count;
}
