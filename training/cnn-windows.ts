import type { ImageShape } from './cnn-layer';

/** Height and width of a window. */
export const KERNEL = 3;

/**
 * Lays the 3x3 window around every pixel out as a row: channel by channel, row by row; zeros where it reaches over
 * the border.
 *
 * Shape: images x height x width x channels in, (images x height x width) x (channels x 9) out.
 */
export function columnsOfImages(
  input: Float64Array,
  shape: ImageShape,
  images: number,
): Float64Array<ArrayBuffer> {
  const columns = new Float64Array(images * shape.height * shape.width * shape.channels * KERNEL * KERNEL);
  eachWindowValue(shape, images, (pixel, value) => {
    columns[value] = input[pixel] as number;
  });
  return columns;
}

/** Adds the windows back together where they overlap: the gradient of `columnsOfImages`. */
export function imagesOfColumns(columns: Float64Array, shape: ImageShape): Float64Array {
  const { height, width, channels } = shape;
  const images = columns.length / (height * width * channels * KERNEL * KERNEL);
  const gradient = new Float64Array(images * height * width * channels);
  eachWindowValue(shape, images, (pixel, value) => {
    gradient[pixel] = (gradient[pixel] as number) + (columns[value] as number);
  });
  return gradient;
}

/** Visits each value of each window that lies within its image: where it is in the image and in the row. */
function eachWindowValue(
  { height, width, channels }: ImageShape,
  images: number,
  visit: (pixel: number, value: number) => void,
): void {
  const size = KERNEL * KERNEL;
  for (let image = 0; image < images; image++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const row = ((image * height + y) * width + x) * channels * size;
        for (let cell = 0; cell < size; cell++) {
          const fromY = y + Math.floor(cell / KERNEL) - 1;
          const fromX = x + (cell % KERNEL) - 1;
          if (fromY < 0 || fromY >= height || fromX < 0 || fromX >= width) continue;
          const pixel = ((image * height + fromY) * width + fromX) * channels;
          for (let channel = 0; channel < channels; channel++)
            visit(pixel + channel, row + channel * size + cell);
        }
      }
    }
  }
}
