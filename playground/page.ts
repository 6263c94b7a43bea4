import { createAbout } from './about';
import type { ApiCall } from './api-call';
import { createCodePanel } from './code-panel';
import { element } from './elements';
import { createFeatureForm } from './feature-form';
import { createImageForm } from './image-form';
import { type InputForm, NO_NOTES } from './input-form';
import { isTabular, type Loaded, type ModelInfo } from './model-info';
import { type Outcome, send } from './outcome';
import { createResultView } from './result-view';
import { createTensorForm } from './tensor-form';

/** How long a field must rest before what it says is predicted. */
const DEBOUNCE_MS = 200;

/** The whole page of one model. */
export function createPage({ info, isCold }: Loaded): HTMLElement[] {
  const inputs = createInputForm(info);
  const code = createCodePanel(info, inputs.read() ?? inputs.sample);
  const result = createResultView(info);
  const predict = createPredict(inputs, result);
  let timer: ReturnType<typeof setTimeout> | undefined;

  function onInput(): void {
    const call = inputs.read();
    if (call !== undefined) code.show(call);
    clearTimeout(timer);
    if (predict.hasBegun()) timer = setTimeout(() => predict.run(call), DEBOUNCE_MS);
  }
  /** Without an example, what was predicted and shown is about nothing any more. */
  function empty(): void {
    clearTimeout(timer);
    predict.cancel();
    result.clear();
    code.show(inputs.sample);
  }
  const form = createForm(inputs, {
    onInput,
    async onSubmit() {
      clearTimeout(timer);
      const outcome = await predict.run(inputs.read());
      if (outcome?.kind === 'answer') result.reveal();
      else inputs.focusError();
    },
    onReset() {
      inputs.reset();
      inputs.show(NO_NOTES);
      onInput();
      if (inputs.read() === undefined) empty();
    },
  });
  return [
    createHeading(info, isCold),
    element('div', { class: 'columns' }, form, result.element),
    code.element,
    createAbout(info),
  ];
}

/** The one place that knows which models are entered how. */
function createInputForm(info: ModelInfo): InputForm {
  if (isTabular(info)) return createFeatureForm(info);
  const { image } = info;
  return image === undefined ? createTensorForm(info) : createImageForm({ ...info, image });
}

/** Runs one call at a time: a newer one takes the place of one that is under way. */
function createPredict(inputs: InputForm, result: ReturnType<typeof createResultView>) {
  let current: AbortController | undefined;
  return {
    hasBegun: () => current !== undefined,
    cancel: () => current?.abort(),
    async run(call: ApiCall | undefined): Promise<Outcome | undefined> {
      current?.abort();
      if (call === undefined) return undefined;
      const mine = new AbortController();
      current = mine;
      result.showWaiting(true);
      try {
        const outcome = await send(call, mine.signal);
        const unplaced = inputs.show(outcome.kind === 'silence' ? NO_NOTES : outcome.notes);
        result.show(outcome, unplaced);
        return outcome;
      } catch {
        // Aborted: the newer call shows its own outcome.
        return undefined;
      } finally {
        if (current === mine) result.showWaiting(false);
      }
    },
  };
}

interface FormActions {
  readonly onInput: () => void;
  readonly onSubmit: () => void;
  readonly onReset: () => void;
}

function createForm(inputs: InputForm, { onInput, onSubmit, onReset }: FormActions): HTMLFormElement {
  const form = element(
    'form',
    { class: 'card', novalidate: true, 'aria-labelledby': 'input-title' },
    element('h2', { id: 'input-title' }, 'Input'),
    inputs.element,
    element(
      'div',
      { class: 'actions' },
      element('button', { type: 'submit', class: 'main' }, 'Predict'),
      element('button', { type: 'reset', class: 'quiet' }, inputs.resetLabel),
    ),
  );
  form.addEventListener('input', onInput);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    onSubmit();
  });
  form.addEventListener('reset', (event) => {
    // The browser would put back what the page began with: nothing.
    event.preventDefault();
    onReset();
  });
  return form;
}

function createHeading({ name, version, task, description }: ModelInfo, isCold: boolean): HTMLElement {
  return element(
    'div',
    { class: 'heading' },
    element(
      'div',
      { class: 'title' },
      element('h1', {}, name),
      element('span', { class: 'chip' }, `version ${version}`),
      task === undefined ? undefined : element('span', { class: 'chip' }, task),
      isCold ? element('span', { class: 'chip plain' }, 'started for this page') : undefined,
    ),
    description === undefined ? undefined : element('p', {}, description),
  );
}
