import { hasKey, rememberKey } from './api-key';
import { element, uniqueId } from './elements';
import type { KeyNeeded } from './model-info';

/** Asks the reader for a key, and goes on with it. */
export function createKeyForm({ message }: KeyNeeded, onGiven: () => void): HTMLElement {
  const id = uniqueId('key');
  const input = element('input', {
    ...{ id, type: 'password', class: 'text', autocomplete: 'off', required: true },
    // What a header can carry.
    ...{ pattern: '[!-~]+', title: 'letters, digits and signs without spaces' },
  });
  const form = element(
    'form',
    { class: 'card failure' },
    element('h1', { class: 'failure-title' }, 'This service asks who you are'),
    // Where a key was given already, what was wrong with it.
    hasKey() ? element('p', { role: 'alert' }, `Not with this key: ${message}.`) : undefined,
    element('label', { for: id }, 'API key or token'),
    input,
    element('button', { type: 'submit', class: 'main' }, 'Go on'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    rememberKey(input.value.trim());
    onGiven();
  });
  return form;
}
