import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseManifest } from '../../shared/core/manifest-text';

const DIGITS = readFileSync(join(__dirname, '../../model-artifacts/digits/1.0.0/manifest.json'), 'utf8');

/** The digits manifest with members replaced; `undefined` removes one. */
function changed(members: Record<string, unknown>): string {
  return JSON.stringify({ ...(JSON.parse(DIGITS) as Record<string, unknown>), ...members });
}

const input = (shape: readonly (number | string)[], type = 'float32') => ({
  inputs: [{ name: 'image', type, shape }],
  outputs: [{ name: 'probabilities', type: 'float32', shape: ['N', 10] }],
});
const EIGHT = { input: 'image', channels: 'grey', resize: { width: 8, height: 8 } };

test('the manifest of the embedded model of images is accepted', () => {
  expect(parseManifest(DIGITS)).toEqual(JSON.parse(DIGITS));
});

test.each<[what: string, members: Record<string, unknown>]>([
  ['a half-precision input', { signature: input(['N', 1, 8, 8], 'float16') }],
  [
    'an input of any size',
    { signature: input(['N', 1, 'H', 'W']), image: { input: 'image', channels: 'grey' } },
  ],
  ['pixel by pixel', { signature: input(['N', 8, 8, 1]), image: { ...EIGHT, layout: 'nhwc' } }],
  ['a crop', { image: { ...EIGHT, resize: { shorter_side: 9 }, crop: { width: 8, height: 8 } } }],
])('%s is accepted', (_what, members) => {
  expect(() => parseManifest(changed(members))).not.toThrow();
});

test.each<[what: string, members: Record<string, unknown>, message: string]>([
  [
    'no image',
    { image: undefined },
    '/: expected a member "image", which the task image-classification needs',
  ],
  ['no classes', { classes: undefined }, '/: expected a member "classes"'],
  ['features', { features: [{ name: 'a', example: 1 }] }, '/features: expected no such member for the task'],
  [
    'another role',
    { output: { scores: 'probabilities', label: 'x' } },
    '/output/label: expected no such member',
  ],
  ['no scores', { output: {} }, '/output: expected "scores" to name the output'],
  ['unknown scores', { output: { scores: 'x' } }, '/output/scores: expected one of probabilities, got "x"'],
  [
    'too few classes',
    { classes: ['a', 'b'] },
    '/classes: expected 10, the width of output "probabilities", got 2',
  ],
  ['a class twice', { classes: [...'0123456788'] }, '/classes/9: "8" is named twice'],
  ['another input', { image: { ...EIGHT, input: 'x' } }, '/image/input: expected "image", got "x"'],
  [
    'a fixed batch',
    { signature: input([1, 1, 8, 8]) },
    '/signature/inputs/0: expected float32, float16, uint8 of',
  ],
  ['three dimensions', { signature: input(['N', 8, 8]) }, 'of four dimensions'],
  ['doubles', { signature: input(['N', 1, 8, 8], 'float64') }, 'got float64[N,1,8,8]'],
  ['another size', { image: { ...EIGHT, resize: { width: 9, height: 8 } } }, 'got [N,1,8,9] of them'],
  ['no size', { image: { input: 'image', channels: 'grey' } }, 'got [N,1,any,any] of them'],
  [
    'colours',
    { image: { ...EIGHT, channels: 'rgb' } },
    'expected images that fit float32[N,1,8,8], got [N,3,8,8]',
  ],
  [
    'two kinds of resize',
    { image: { ...EIGHT, resize: { width: 8, shorter_side: 8 } } },
    '/image/resize: expected',
  ],
  ['three means of one', { image: { ...EIGHT, mean: [0, 0, 0] } }, '/image/mean: expected 1 number, got 3'],
  ['a scale in words', { image: { ...EIGHT, scale: 'x' } }, '/image/scale: expected number'],
  ['no top', { top_k: 0 }, '/top_k: '],
])('%s is refused', (_what, members, message) => {
  expect(() => parseManifest(changed(members))).toThrow(message);
});
