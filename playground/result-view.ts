import type { FieldError } from '../shared/core/errors';
import { createBars, formatShare } from './bars';
import { element } from './elements';
import { isDrawable } from './image-size';
import { isObject, isTabular, type ModelInfo } from './model-info';
import type { Answer, Outcome, Refusal } from './outcome';
import { createRanking, readRanking } from './ranking';
import { createTimeView } from './time-view';

export interface ResultView {
  readonly element: HTMLElement;
  /** Takes what is shown away. */
  clear(): void;
  /** Says that a call is under way; what is shown stays until it is over. */
  showWaiting(isWaiting: boolean): void;
  /** Brings the result into view where it lies below the form: on a phone. */
  reveal(): void;
  /**
   * Shows what came of a call.
   *
   * @param unplaced the errors that no field shows.
   */
  show(outcome: Outcome, unplaced: readonly FieldError[]): void;
}

/** Room for what came of a call, with one sentence of it read out. */
export function createResultView(info: ModelInfo): ResultView {
  const spoken = element('p', { role: 'status', class: 'hidden' });
  const content = element('div', { class: 'result' }, createInvitation(info));
  const card = element(
    'section',
    { class: 'card answer', 'aria-labelledby': 'result-title' },
    element('h2', { id: 'result-title' }, 'Prediction'),
    content,
    spoken,
  );
  const answers = createAnswerView(info);
  return {
    element: card,
    clear() {
      content.replaceChildren(createInvitation(info));
      spoken.textContent = '';
    },
    showWaiting: (isWaiting) => card.classList.toggle('waiting', isWaiting),
    reveal() {
      if (card.getBoundingClientRect().top > innerHeight * 0.6) card.scrollIntoView();
    },
    show(outcome, unplaced) {
      const { view, sentence } =
        outcome.kind === 'answer' ? answers.show(outcome) : createFailureView(outcome, unplaced);
      if (content.firstChild !== view || content.childNodes.length !== 1) content.replaceChildren(view);
      spoken.textContent = sentence;
    },
  };
}

interface Shown {
  readonly view: HTMLElement;
  /** For those who hear the page. */
  readonly sentence: string;
}

function createInvitation({ image }: ModelInfo): HTMLElement {
  const choose = image !== undefined && isDrawable({ image }) ? 'Draw or choose' : 'Choose';
  const begin = image === undefined ? 'The example is filled in. Press' : `${choose} an image, and press`;
  return element('p', { class: 'invitation' }, `${begin} Predict to see what the model says.`);
}

/** Keeps its elements from one answer to the next, so that bars move instead of jumping. */
function createAnswerView(info: ModelInfo): { show(answer: Answer): Shown } {
  const headline = element('p', { class: 'headline' });
  const outputs = element('div', { class: 'outputs' });
  const bars = info.image === undefined ? createClassBars(info) : createRanking();
  const time = element('div');
  const foot = element('p', { class: 'hint foot' });
  const view = element('div', {}, headline, bars?.element, outputs, time, foot);
  return {
    show({ body, timing, requestId }) {
      time.replaceChildren(createTimeView(timing));
      foot.replaceChildren(...footOf(body, requestId));
      bars?.show(body);
      const best = predictionOf(info, body);
      headline.hidden = best === undefined;
      if (best === undefined) {
        outputs.replaceChildren(...outputsOf(body).map(createOutput));
        return { view, sentence: 'The model answered.' };
      }
      const { value, confidence } = best;
      const share = typeof confidence === 'number' ? formatShare(confidence) : undefined;
      headline.replaceChildren(
        element('strong', {}, value),
        share === undefined ? '' : element('span', {}, share),
      );
      return { view, sentence: `Prediction: ${value}${share === undefined ? '' : `, ${share}`}` };
    },
  };
}

/** Room for the parts of an answer that say how probable each class is. */
interface AnswerBars {
  readonly element: HTMLElement;
  show(body: Answer['body']): void;
}

function createClassBars({ classes }: ModelInfo): AnswerBars | undefined {
  const bars = classes && createBars(classes);
  return (
    bars && {
      element: bars.element,
      show({ probabilities }) {
        if (Array.isArray(probabilities)) bars.show(probabilities);
      },
    }
  );
}

/** What the model says, and how sure it is; undefined for tensors, which say nothing to a reader. */
function predictionOf(
  info: ModelInfo,
  body: Answer['body'],
): { value: string; confidence: unknown } | undefined {
  if (info.image !== undefined) {
    const [best] = readRanking(body);
    return best && { value: best.label, confidence: best.confidence };
  }
  const { prediction_label: label, prediction, confidence } = body;
  return isTabular(info) ? { value: String(label ?? prediction), confidence } : undefined;
}

function footOf(body: Answer['body'], requestId: string | undefined): Node[] {
  const name = `${body['model_name']} ${body['model_version'] ?? ''}`.trim();
  const lines = [`Answered by ${name}`, ...(requestId === undefined ? [] : [`Request ${requestId}`])];
  return lines.map((line) => element('span', {}, line));
}

interface Output {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: readonly unknown[];
}

function outputsOf(body: Answer['body']): Output[] {
  const { outputs } = body;
  return Array.isArray(outputs)
    ? outputs.filter((output) => isObject(output) && Array.isArray(output['data']))
    : [];
}

/** Most elements of a tensor that are written out. */
const MAX_ELEMENTS = 200;

function createOutput({ name, datatype, shape, data }: Output): HTMLElement {
  const more = data.length > MAX_ELEMENTS ? `, … ${data.length - MAX_ELEMENTS} more` : '';
  const values = data.slice(0, MAX_ELEMENTS).map((value) => JSON.stringify(value));
  return element(
    'div',
    {},
    element('h3', {}, name, element('span', { class: 'unit' }, ` ${datatype} [${shape.join(', ')}]`)),
    element('pre', { tabindex: 0, 'aria-label': name }, values.join(', ') + more),
  );
}

function createFailureView(outcome: Exclude<Outcome, Answer>, unplaced: readonly FieldError[]): Shown {
  const { title, detail, foot } = outcome.kind === 'silence' ? SILENCE : describeRefusal(outcome);
  const list = unplaced.map((error) => element('li', {}, error.detail));
  const view = element(
    'div',
    { class: 'failure' },
    element('p', { class: 'failure-title' }, title),
    element('p', {}, detail),
    list.length === 0 ? undefined : element('ul', {}, ...list),
    foot === undefined ? undefined : element('p', { class: 'hint foot' }, foot),
  );
  return { view, sentence: `${title}. ${detail}` };
}

const SILENCE = {
  title: 'The service did not answer',
  detail: 'It may be starting, or the network may be down. Your values are kept: try again in a moment.',
  foot: undefined,
};

function describeRefusal({ title, detail, status, requestId }: Refusal) {
  const foot = `HTTP ${status}${requestId === undefined ? '' : ` · request ${requestId}`}`;
  return { title, detail, foot };
}
