import type { Locator } from 'playwright-core';

/** One stroke for each digit: places of it, x and y in hundredths of the drawing area. */
const STROKES: Readonly<Record<string, string>> = {
  0: '50,12 32,20 24,40 24,60 32,80 50,88 68,80 76,60 76,40 68,20 50,12',
  1: '36,28 52,10 52,90',
  2: '26,28 38,12 60,12 72,28 66,46 26,88 76,88',
  3: '26,16 50,10 72,20 66,38 46,48 68,58 74,76 52,90 26,84',
  4: '60,90 60,12 22,62 80,62',
  5: '72,12 32,12 28,46 54,42 72,56 70,76 52,90 28,84',
  6: '66,12 44,24 30,50 30,74 46,88 66,82 70,64 54,52 32,62',
  7: '22,12 78,12 50,50 38,90',
  8: '50,48 32,36 34,18 50,10 66,18 68,36 50,48 30,64 34,84 50,90 66,84 70,64 50,48',
  9: '70,34 54,48 34,42 30,24 46,12 66,16 70,34 68,60 54,90',
};

/** The digits that can be drawn. */
export const DIGITS = Object.keys(STROKES);

async function placesOf(area: Locator, digit: string): Promise<{ x: number; y: number }[]> {
  const box = await area.boundingBox();
  if (box === null) throw new Error('there is no drawing area');
  const places = (STROKES[digit] ?? '').split(' ').map((place) => place.split(',').map(Number));
  return places.map(([x = 0, y = 0]) => ({
    x: box.x + (x / 100) * box.width,
    y: box.y + (y / 100) * box.height,
  }));
}

/** Draws a digit in one stroke. */
export async function drawWithMouse(area: Locator, digit: string): Promise<void> {
  await area.scrollIntoViewIfNeeded();
  const { mouse } = area.page();
  const [first, ...others] = await placesOf(area, digit);
  if (first === undefined) return;
  await mouse.move(first.x, first.y);
  await mouse.down();
  for (const { x, y } of others) await mouse.move(x, y, { steps: 6 });
  await mouse.up();
}

/** Draws a digit in one stroke, on a screen that is touched. */
export async function drawWithFinger(area: Locator, digit: string): Promise<void> {
  const screen = await area.page().context().newCDPSession(area.page());
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', touchPoints: { x: number; y: number }[]) =>
    screen.send('Input.dispatchTouchEvent', { type, touchPoints });
  const places = await placesOf(area, digit);
  for (const [index, place] of places.entries()) {
    await touch(index === 0 ? 'touchStart' : 'touchMove', [place]);
  }
  await touch('touchEnd', []);
}
