/** A place on a canvas, in its own pixels. */
interface Point {
  readonly x: number;
  readonly y: number;
}

interface PenOptions {
  /** Called before the first mark of a stroke. */
  readonly onBegin: () => void;
  /** Called when the pen is lifted. */
  readonly onEnd: () => void;
}

/** Width of the pen, in pixels of the canvas. */
const PEN = 32;

/** Dark, whatever the colours of the page are: models are told of ink on paper. */
const INK = '#000000';

/** Lets mouse, touch and pen draw on a canvas. A second finger does not draw. */
export function attachPen(canvas: HTMLCanvasElement, { onBegin, onEnd }: PenOptions): void {
  let last: Point | undefined;

  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    // A stroke that leaves the canvas goes on where it comes back.
    canvas.setPointerCapture(event.pointerId);
    onBegin();
    last = pointOf(canvas, event);
    mark(canvas, last, last);
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!event.isPrimary) return;
    for (const step of stepsOf(event)) {
      if (last === undefined) return;
      const next = pointOf(canvas, step);
      mark(canvas, last, next);
      last = next;
    }
  });
  for (const type of ['pointerup', 'pointercancel'] as const) {
    canvas.addEventListener(type, (event) => {
      if (last === undefined || !event.isPrimary) return;
      last = undefined;
      onEnd();
    });
  }
}

/** The ways between two frames: a quick stroke would have corners without them. */
function stepsOf(event: PointerEvent): PointerEvent[] {
  const steps = event.getCoalescedEvents?.() ?? [];
  return steps.length === 0 ? [event] : steps;
}

/** The canvas may be shown at another size than it has. */
function pointOf(canvas: HTMLCanvasElement, { clientX, clientY }: PointerEvent): Point {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return {
    x: ((clientX - left) / width) * canvas.width,
    y: ((clientY - top) / height) * canvas.height,
  };
}

function mark(canvas: HTMLCanvasElement, from: Point, to: Point): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  context.strokeStyle = INK;
  context.lineWidth = PEN;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.beginPath();
  context.moveTo(from.x, from.y);
  // A line to its own beginning is a dot, by its round ends.
  context.lineTo(to.x, to.y);
  context.stroke();
}
