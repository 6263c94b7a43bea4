import { ServingError } from '../../core/errors';
import type { ResolvedImageSpec } from '../../core/image-spec';
import type { FetchUrl, UrlFetcherOptions } from '../../fetch/fetch-url';
import type { ImageSource, SentImage } from '../../protocol/image/request';
import type { DecodeOptions, ImageDecoder } from '../../runtime/image/decoder';
import type { Pixels } from '../../runtime/image/resample';
import { createSlots } from '../../runtime/image/slots';
import type { Config } from '../config';

/** Gets at the images that requests bring or name. What it needs is loaded by the first image. */
export interface ImageReader {
  /**
   * The bytes of an image, fetched where it came as a URL.
   *
   * @throws {ServingError} `url-not-allowed`, `url-not-an-image`, `url-fetch-failed`, `upstream-timeout`,
   *   `payload-too-large`, `overloaded`, `caller-left`
   */
  fetch(source: ImageSource, hasLeft?: () => boolean): Promise<SentImage>;
  /** @throws {ServingError} what the decoder throws */
  decode(
    image: SentImage,
    spec: ResolvedImageSpec,
    options?: Omit<DecodeOptions, 'declaredType'>,
  ): Promise<Pixels>;
}

export interface ImageReaderParts {
  /** CPUs of this container. */
  readonly threads: number;
  /** Stands in for the fetcher of URLs, for a test. */
  readonly createFetchUrl?: (options: UrlFetcherOptions) => FetchUrl;
}

/** libuv has four threads, and one is left to files and host names. */
const MAX_DECODES = 3;

/** Fetches at the same time, of the whole process: each may hold as much as a URL may bring. */
const MAX_FETCHES = 8;

/** As many images as some dozens of callers bring at the same time. */
const MAX_WAITING = 128;

/** Makes the reader of one process: its limits hold for all models and requests together. */
export function createImageReader({ images }: Config, parts: ImageReaderParts): ImageReader {
  const fetches = createSlots(MAX_FETCHES, MAX_WAITING);
  let decoder: Promise<ImageDecoder> | undefined;
  let fetcher: Promise<FetchUrl> | undefined;

  async function fetchLinked(
    { url, pointer }: { readonly url: string; readonly pointer: string },
    hasLeft?: () => boolean,
  ): Promise<SentImage> {
    if (images.urls.hosts.length === 0) throw fetchingIsOff();
    fetcher ??= openFetcher(images.urls, parts);
    const fetchUrl = await fetcher;
    const giveBack = await fetches.take(hasLeft);
    try {
      const { bytes, contentType } = await fetchUrl(url);
      return { bytes, declaredType: contentType, pointer };
    } finally {
      giveBack();
    }
  }

  return {
    fetch: async (source, hasLeft) => ('url' in source ? fetchLinked(source, hasLeft) : source),
    async decode({ bytes, declaredType }, spec, options) {
      decoder ??= openDecoder(images, parts);
      return (await decoder).decode(bytes, spec, { ...options, declaredType });
    },
  };
}

async function openDecoder(
  { maxPixels, maxFrames, decodeTimeoutMs }: Config['images'],
  { threads }: ImageReaderParts,
): Promise<ImageDecoder> {
  const { createImageDecoder } = await import('../../runtime/image/decoder');
  // With one more than there are CPUs none is idle until the event loop has handed a place on.
  const concurrency = Math.min(threads + 1, MAX_DECODES);
  return createImageDecoder({
    maxPixels,
    maxFrames,
    timeoutMs: decodeTimeoutMs,
    concurrency,
    maxWaiting: MAX_WAITING,
  });
}

async function openFetcher(
  { hosts, timeoutMs, maxBytes, types }: Config['images']['urls'],
  { createFetchUrl }: ImageReaderParts,
): Promise<FetchUrl> {
  const create = createFetchUrl ?? (await import('../../fetch/fetch-url')).createUrlFetcher;
  return create({ allowedHosts: hosts, timeoutMs, maxBytes, contentTypes: types });
}

function fetchingIsOff(): ServingError {
  const detail = 'this service fetches no images by URL: IMAGE_URL_HOSTS is empty; send the image itself';
  return new ServingError('url-not-allowed', detail);
}
