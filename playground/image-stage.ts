import { element } from './elements';
import { attachPen } from './pen';

/** Where an image is drawn, or shown before it is sent. */
export interface ImageStage {
  readonly element: HTMLElement;
  /** What was drawn, as a PNG file; undefined while there is nothing, or a file is shown. */
  drawing(): File | undefined;
  /** Shows a file in the place of what was there; undefined leaves it empty. */
  show(file: File | undefined): void;
}

interface StageOptions {
  readonly isDrawable: boolean;
  /** Called when a drawing begins, which takes the place of a file. */
  readonly onBegin: () => void;
  /** Called after every stroke. */
  readonly onStroke: () => void;
}

/** Pixels of each side of a drawing. */
const DRAWING_SIDE = 280;

/** Pixels of the longer side of a preview. */
const PREVIEW_SIDE = 480;

/**
 * Makes an empty stage. Previews are drawn rather than shown as images: the page's policy allows images of its own
 * host only, and no `blob:` addresses.
 */
export function createImageStage({ isDrawable, onBegin, onStroke }: StageOptions): ImageStage {
  const canvas = element('canvas', { role: 'img', class: isDrawable ? 'drawable' : undefined });
  const caption = element('p', { class: 'stage-caption', 'aria-hidden': 'true' });
  const spoken = element('p', { role: 'status', class: 'hidden' });
  let content: 'nothing' | 'drawing' | File = 'nothing';

  function set(next: typeof content): void {
    content = next;
    const { name, text } = describe(content, isDrawable);
    canvas.setAttribute('aria-label', name);
    caption.textContent = text;
    spoken.textContent = name;
    // A drawing needs its ground from the beginning; a preview has none until it is there.
    canvas.hidden = !isDrawable;
    if (isDrawable) clear(canvas);
  }
  async function preview(file: File): Promise<void> {
    const bitmap = await createImageBitmap(file).catch(() => undefined);
    // Another may have taken its place meanwhile.
    if (content !== file) return bitmap?.close();
    if (bitmap === undefined) {
      caption.textContent = NO_PREVIEW;
      spoken.textContent = NO_PREVIEW;
      return;
    }
    canvas.hidden = false;
    caption.textContent = '';
    if (!isDrawable) fitTo(canvas, bitmap);
    draw(canvas, bitmap);
    bitmap.close();
  }
  if (isDrawable) {
    attachPen(canvas, {
      onBegin() {
        if (content !== 'drawing') set('drawing');
        onBegin();
      },
      onEnd: onStroke,
    });
  }
  set('nothing');
  return {
    element: element('div', { class: 'stage' }, canvas, caption, spoken),
    drawing: () => (content === 'drawing' ? toPng(canvas) : undefined),
    show(file) {
      set(file ?? 'nothing');
      if (file !== undefined) void preview(file);
    },
  };
}

const NO_PREVIEW = 'This browser cannot show the file; the service may be able to read it.';

function describe(
  content: 'nothing' | 'drawing' | File,
  isDrawable: boolean,
): { name: string; text: string } {
  if (content instanceof File) return { name: `Preview of ${content.name}`, text: '' };
  if (content === 'drawing') return { name: 'Your drawing', text: '' };
  return isDrawable
    ? { name: 'Empty drawing area', text: 'Draw here, and fill the square' }
    : { name: 'No image yet', text: 'Drop an image here, or paste one' };
}

/** White ground at the size of a drawing. */
function clear(canvas: HTMLCanvasElement): void {
  canvas.width = DRAWING_SIDE;
  canvas.height = DRAWING_SIDE;
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, canvas.width, canvas.height);
}

/** Gives a canvas the proportions of an image. */
function fitTo(canvas: HTMLCanvasElement, { width, height }: ImageBitmap): void {
  const scale = Math.min(1, PREVIEW_SIDE / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
}

/** Draws an image as large as fits, in the middle. */
function draw(canvas: HTMLCanvasElement, bitmap: ImageBitmap): void {
  const scale = Math.min(canvas.width / bitmap.width, canvas.height / bitmap.height);
  const [width, height] = [bitmap.width * scale, bitmap.height * scale];
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, (canvas.width - width) / 2, (canvas.height - height) / 2, width, height);
}

/** The picture of a canvas, at once: `toBlob()` would make every caller wait. */
function toPng(canvas: HTMLCanvasElement): File {
  const [, base64 = ''] = canvas.toDataURL('image/png').split(',');
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new File([bytes], 'drawing.png', { type: 'image/png' });
}
