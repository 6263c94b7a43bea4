import type { FileCall } from './api-call';
import { element } from './elements';
import { type Field, frameField } from './field';
import { takeFiles } from './file-intake';
import { describeImage, type ImageModel, isDrawable } from './image-size';
import { createImageStage } from './image-stage';
import type { InputForm, Notes } from './input-form';
import type { ModelInfo } from './model-info';

/** An image to draw, choose, drop or paste, and how many classes to answer with. */
export function createImageForm(info: ModelInfo & ImageModel): InputForm {
  const canDraw = isDrawable(info);
  const chooser = createChooser(info, canDraw);
  const topK = createTopK(info);
  const stage = createImageStage({
    isDrawable: canDraw,
    onBegin: () => chooser.write(undefined),
    onStroke: changed,
  });
  const form = element('div', { class: 'fields single' }, stage.element, chooser.element, topK.element);

  function changed(): void {
    chooser.note(undefined);
    form.dispatchEvent(new Event('input', { bubbles: true }));
  }
  const imageOf = () => stage.drawing() ?? chooser.read();
  chooser.input.addEventListener('input', () => {
    chooser.note(undefined);
    stage.show(chooser.read());
  });
  takeFiles(stage.element, (file) => {
    chooser.write(file);
    stage.show(file);
    changed();
  });
  return {
    element: form,
    resetLabel: 'Clear',
    sample: callOf(new File([], 'image.png'), topK),
    read() {
      const image = imageOf();
      return image && callOf(image, topK);
    },
    reset() {
      chooser.write(undefined);
      stage.show(undefined);
      topK.write(undefined);
    },
    show(notes) {
      const { ofImage, ofTopK } = sortNotes(notes);
      chooser.note(errorOf(ofImage));
      topK.note(errorOf(ofTopK));
      return [];
    },
    focusError() {
      if (imageOf() === undefined) chooser.note(errorOf(canDraw ? NOTHING_DRAWN : NOTHING_CHOSEN));
      [chooser, topK].find(({ element }) => element.querySelector('[aria-invalid]'))?.focus();
    },
  };
}

const NOTHING_DRAWN = 'There is no image yet: draw one above, or choose a file.';
const NOTHING_CHOSEN = 'There is no image yet: choose a file.';

function callOf(file: File, topK: Field): FileCall {
  const value = String(topK.read());
  return { path: './predict', file, fields: value === '' ? {} : { top_k: value } };
}

interface Chooser {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  readonly note: Field['note'];
  read(): File | undefined;
  /** Shows a file as the chosen one; undefined for none. */
  write(file: File | undefined): void;
  focus(): void;
}

function createChooser(model: ImageModel, canDraw: boolean): Chooser {
  const input = element('input', { type: 'file', accept: 'image/*', class: 'file' });
  const frame = frameField(input, {
    label: canDraw ? 'Or an image file' : 'Image file',
    hint: `You can also drop one on the page, or paste it. The model sees ${describeImage(model)}.`,
  });
  return {
    ...frame,
    input,
    read: () => input.files?.[0],
    write(file) {
      const transfer = new DataTransfer();
      if (file !== undefined) transfer.items.add(file);
      input.files = transfer.files;
    },
    focus: () => input.focus(),
  };
}

function createTopK({ classes = [], top_k: standard = 5 }: ModelInfo): Field {
  const input = element('input', { type: 'number', class: 'number', min: 1, max: classes.length, step: 1 });
  const frame = frameField(input, { label: 'Classes to show', hint: `The likeliest of ${classes.length}.` });
  const field: Field = {
    ...frame,
    read: () => input.value,
    write(value) {
      input.value = String(value ?? Math.min(standard, classes.length));
    },
    focus: () => input.focus(),
  };
  field.write(undefined);
  return field;
}

/** A form has no pointers: what is wrong with `top_k` names it, and all else is about the image. */
function sortNotes({ errors, refusal }: Notes): { ofImage: string | undefined; ofTopK: string | undefined } {
  const details =
    errors.length === 0 && refusal !== undefined ? [refusal] : errors.map(({ detail }) => detail);
  return {
    ofImage: details.find((detail) => !isAboutTopK(detail)),
    ofTopK: details.find(isAboutTopK),
  };
}

function isAboutTopK(detail: string): boolean {
  return detail.includes('top_k');
}

function errorOf(text: string | undefined): Parameters<Field['note']>[0] {
  return text === undefined ? undefined : { kind: 'error', text };
}
