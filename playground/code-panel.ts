import type { ApiCall } from './api-call';
import { hasKey } from './api-key';
import { snippetsOf } from './code';
import { element } from './elements';
import type { ModelInfo } from './model-info';
import type { Snippet } from './snippet';
import { createTabs } from './tabs';

export interface CodePanel {
  readonly element: HTMLElement;
  /** Writes the code of another call. */
  show(call: ApiCall): void;
}

/** The call of the form as code to copy, one tab for each language. */
export function createCodePanel(info: ModelInfo, first: ApiCall): CodePanel {
  const options = {
    base: document.baseURI,
    createFunction: info.bigquery?.create_function,
    // Whoever was asked for one has given it by now.
    needsKey: hasKey(),
  };
  let snippets: readonly Snippet[] = snippetsOf(first, options);
  const code = element('code');
  const panel = element('pre', { tabindex: 0 }, code);
  const copyButton = element('button', { type: 'button', class: 'quiet' }, 'Copy');
  const said = element('span', { role: 'status', class: 'hidden' });

  const textOf = () => snippets.find(({ language }) => language === tabs.selected())?.code ?? '';
  const write = () => code.replaceChildren(...highlight(textOf()));
  const names = snippets.map(({ language }) => language);
  const tabs = createTabs(names, panel, { label: 'Language', onSelect: write });
  copyButton.addEventListener('click', async () => {
    const isCopied = await copy(textOf(), code);
    copyButton.textContent = isCopied ? 'Copied' : 'Press Ctrl+C';
    said.textContent = isCopied ? `${tabs.selected()} code copied` : 'The code is selected: press Control C';
    setTimeout(() => {
      copyButton.textContent = 'Copy';
      said.textContent = '';
    }, 2000);
  });
  write();
  return {
    element: element(
      'section',
      { class: 'card code', 'aria-labelledby': 'code-title' },
      element(
        'div',
        { class: 'code-head' },
        element('h2', { id: 'code-title' }, 'The same call'),
        tabs.element,
        copyButton,
        said,
      ),
      panel,
    ),
    show(call) {
      snippets = snippetsOf(call, options);
      write();
    },
  };
}

/** Puts text on the clipboard; where the browser refuses, selects it for the reader to copy and gives false. */
async function copy(text: string, shown: HTMLElement): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Not over plain HTTP, and not without permission.
    getSelection()?.selectAllChildren(shown);
    return false;
  }
}

const TOKEN = /(--.*)|("(?:\\.|[^"\\])*"|'[^']*')|(?<![\w`])(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\b/g;

/** Marks comments, strings and numbers; enough for the eye in four languages. */
function highlight(text: string): (Node | string)[] {
  const parts: (Node | string)[] = [];
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [token, comment, quoted] = match;
    const kind = comment !== undefined ? 'comment' : quoted !== undefined ? 'string' : 'number';
    parts.push(text.slice(at, match.index), element('span', { class: `token-${kind}` }, token));
    at = match.index + token.length;
  }
  return [...parts, text.slice(at)];
}
