// The playground: asks the service which model it serves, and makes a form of the answer.
import { element } from './elements';
import { createKeyForm } from './key-form';
import { KeyNeeded, loadModelInfo } from './model-info';
import { createPage } from './page';

const page = document.getElementById('page');
if (page !== null) void start(page);

async function start(page: HTMLElement): Promise<void> {
  try {
    const loaded = await loadModelInfo();
    page.replaceChildren(...createPage(loaded));
    document.title = `${loaded.info.name} · Playground`;
  } catch (error) {
    const retry = () => void start(page);
    page.replaceChildren(
      error instanceof KeyNeeded ? createKeyForm(error, retry) : createFailure(error, retry),
    );
  }
}

function createFailure(error: unknown, onRetry: () => void): HTMLElement {
  const retry = element('button', { type: 'button', class: 'main' }, 'Try again');
  retry.addEventListener('click', onRetry);
  return element(
    'div',
    { class: 'card failure', role: 'alert' },
    element('h1', { class: 'failure-title' }, 'There is nothing to try yet'),
    element('p', {}, error instanceof Error ? error.message : String(error)),
    retry,
  );
}
