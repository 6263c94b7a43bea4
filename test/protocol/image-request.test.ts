import { ServingError } from '../../shared/core/errors';
import { readImageRequest } from '../../shared/protocol/image/request';
import { readTopK } from '../../shared/protocol/image/top-k';

interface Part {
  readonly name: string;
  readonly filename?: string;
  readonly type?: string;
  readonly content: string | Buffer;
}

const BOUNDARY = 'x-boundary';
const FORM = `multipart/form-data; boundary=${BOUNDARY}`;

/** A form as RFC 7578 writes it. */
function formOf(parts: readonly Part[]): Buffer {
  const pieces = parts.flatMap(({ name, filename, type, content }) => [
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"`,
    filename === undefined ? '' : `; filename="${filename}"`,
    type === undefined ? '' : `\r\nContent-Type: ${type}`,
    '\r\n\r\n',
    content,
    '\r\n',
  ]);
  return Buffer.concat([...pieces, `--${BOUNDARY}--\r\n`].map((piece) => Buffer.from(piece)));
}

function read(body: string | Buffer, contentType: string, maxImages = 1) {
  return readImageRequest(Buffer.from(body), { contentType, maxImages });
}

/** Bytes that hold what a parser of forms might trip over. */
const BYTES = Buffer.from(`\r\n--${BOUNDARY.slice(1)}\0\xff\r\n\r\n--`, 'latin1');
const FILE: Part = { name: 'file', filename: 'a.png', type: 'image/png', content: BYTES };

test('a form gives its file, byte by byte, and its top_k', async () => {
  const request = await read(formOf([FILE, { name: 'top_k', content: '3' }]), FORM);

  expect(request).toEqual({ images: [{ bytes: BYTES, declaredType: 'image/png', pointer: '' }], topK: 3 });
});

test('a form may put top_k first, and name no file name beside an image type', async () => {
  const part = { name: 'file', type: 'IMAGE/JPEG', content: 'a' };
  const request = await read(formOf([{ name: 'top_k', content: '1' }, part]), FORM);

  expect(request).toEqual({
    images: [{ bytes: Buffer.from('a'), declaredType: 'image/jpeg', pointer: '' }],
    topK: 1,
  });
});

test('a form of several files gives them in their order', async () => {
  const parts = ['a', 'b', 'c'].map((content) => ({ ...FILE, content }));
  const { images } = await read(formOf(parts), FORM, 3);

  expect(images.map((image) => 'bytes' in image && image.bytes.toString())).toEqual(['a', 'b', 'c']);
});

test('a large file comes whole', async () => {
  const content = Buffer.alloc(3_000_000, 'pixels');
  const { images } = await read(formOf([{ ...FILE, content }]), FORM);

  const [image] = images;
  expect(image !== undefined && 'bytes' in image && image.bytes.equals(content)).toBe(true);
});

test.each(['image/png', 'image/whatever; a=b', 'application/octet-stream'])(
  'a body of type %s is the image itself',
  async (type) => {
    const declaredType = type.split(';', 1)[0];

    expect(await read(BYTES, type)).toEqual({ images: [{ bytes: BYTES, declaredType, pointer: '' }] });
  },
);

const B64 = BYTES.toString('base64');

test.each([
  [{ image: { b64: B64 } }, { images: [{ bytes: BYTES, pointer: '/image' }] }],
  [
    { image: { b64: B64 }, top_k: 2 },
    { images: [{ bytes: BYTES, pointer: '/image' }], topK: 2 },
  ],
  [{ url: 'anything' }, { images: [{ url: 'anything', pointer: '/url' }] }],
  [
    { instances: [{ image: { b64: B64 } }, { url: 'b' }], top_k: 9 },
    {
      images: [
        { bytes: BYTES, pointer: '/instances/0/image' },
        { url: 'b', pointer: '/instances/1/url' },
      ],
      topK: 9,
    },
  ],
])('JSON %j is read', async (body, expected) => {
  expect(await read(JSON.stringify(body), 'application/json; charset=utf-8', 2)).toEqual(expected);
});

const WANTED = 'expected {"image": {"b64": "..."}} or {"url": "..."}, got';

test.each([
  ['[]', '', 'expected an object, got an array of 0'],
  ['{}', '', `${WANTED} neither`],
  ['{"image":{"b64":"AAAA"},"url":"a"}', '', `${WANTED} both`],
  ['{"image":{"b64":"AAAA"},"top-k":1}', '/top-k', '"top-k" is not known here, beside "image"'],
  ['{"image":"AAAA"}', '/image', 'expected {"b64": "..."}, got the string "AAAA"'],
  ['{"image":{"b64":"AAAA","type":1}}', '/image/type', '"type" is not known here, beside "b64"'],
  ['{"image":{"b64":1}}', '/image/b64', 'expected a string, got the number 1'],
  ['{"image":{"b64":""}}', '/image/b64', 'expected the bytes of an image in base64, got an empty string'],
  [
    '{"image":{"b64":"AAA"}}',
    '/image/b64',
    'expected base64 with its padding (RFC 4648, section 4), got something else',
  ],
  [
    '{"image":{"b64":"AA_-"}}',
    '/image/b64',
    'expected base64 with its padding (RFC 4648, section 4), got something else',
  ],
  [
    '{"image":{"b64":"data:image/png;base64,AAAA"}}',
    '/image/b64',
    'expected base64 with its padding (RFC 4648, section 4), got a data: URL: send what follows its comma',
  ],
  ['{"url":1}', '/url', 'expected a string, got the number 1'],
  ['{"url":"a","top_k":0}', '/top_k', 'expected a whole number of at least 1, got the number 0'],
  ['{"url":"a","top_k":"2"}', '/top_k', 'expected a number, got the string "2"'],
  ['{"instances":[]}', '/instances', 'expected an array of at least one image, got an array of 0'],
  ['{"instances":[1]}', '/instances/0', 'expected an object, got the number 1'],
  ['{"instances":[{"url":"a"}],"url":"b"}', '/url', '"url" is not known here, beside "instances"'],
])('JSON %s is refused at %j', async (body, pointer, detail) => {
  await expect(read(body, 'application/json')).rejects.toMatchObject({
    code: 'validation-failed',
    errors: [{ pointer, detail }],
  });
});

test.each([
  [[], 'expected an image in the field "file" of the form, got none'],
  [[{ name: 'top_k', content: '1' }], 'expected an image in the field "file" of the form, got none'],
  [
    [{ ...FILE, name: 'photo' }],
    'expected an image in the field "file", and perhaps "top_k" and "model_version", got "photo"',
  ],
  [
    [FILE, { name: 'k', content: '1' }],
    'expected an image in the field "file", and perhaps "top_k" and "model_version", got "k"',
  ],
  [[{ ...FILE, content: '' }], 'expected an image, got an empty file (number 1)'],
  [
    [{ name: 'file', content: 'text' }],
    'expected an image in the field "file", and perhaps "top_k" and "model_version", got "file"',
  ],
  [
    [FILE, { name: 'top_k', content: 'two' }],
    'the field "top_k": expected a whole number of at least 1, got the string "two"',
  ],
  [
    [FILE, { name: 'top_k', content: '1' }, { name: 'top_k', content: '2' }],
    'expected "top_k" once, got it 2 times',
  ],
] satisfies [Part[], string][])('a form of %j is refused', async (parts, message) => {
  await expect(read(formOf(parts), FORM)).rejects.toMatchObject({ code: 'validation-failed', message });
});

test.each([
  ['two files where one is wanted', formOf([FILE, FILE]), 'expected at most 1 file, got more'],
  [
    'a field that is too long',
    formOf([FILE, { name: 'top_k', content: '1'.repeat(9000) }]),
    'expected at most 8192 bytes in field "top_k", got more',
  ],
  [
    'too many fields',
    formOf([FILE, ...Array.from({ length: 20 }, () => ({ name: 'top_k', content: '1' }))]),
    'expected at most 16 fields beside the files, got more',
  ],
])('%s are refused', async (_, body, message) => {
  await expect(read(body, FORM)).rejects.toMatchObject({ code: 'payload-too-large', message });
});

test.each([
  [
    'without a boundary',
    formOf([FILE]),
    'multipart/form-data',
    'the body is not a form: Multipart: Boundary not found',
  ],
  [
    'cut off in its file',
    formOf([FILE]).subarray(0, 120),
    FORM,
    'the body is not a form: Unexpected end of multipart data',
  ],
  [
    'of another boundary',
    formOf([FILE]),
    'multipart/form-data; boundary=other',
    'the body is not a form: Unexpected end of multipart data',
  ],
  ['that is empty', '', FORM, 'the body is not a form: Unexpected end of multipart data'],
])('a form %s is refused', async (_, body, type, message) => {
  await expect(read(body, type)).rejects.toMatchObject({ code: 'invalid-request', message });
});

test('too many instances are refused', async () => {
  await expect(read('{"instances":[{"url":"a"},{"url":"b"}]}', 'application/json')).rejects.toMatchObject({
    code: 'payload-too-large',
    message: 'expected at most 1 image, got 2',
    members: { max_rows: 1 },
  });
});

test('an empty body is no image', async () => {
  await expect(read('', 'image/png')).rejects.toMatchObject({
    code: 'validation-failed',
    message: 'expected the bytes of an image, got an empty body',
  });
});

test('another media type is refused', async () => {
  await expect(read('a', 'text/csv')).rejects.toMatchObject({
    code: 'unsupported-media-type',
    message: 'expected multipart/form-data, an image/* type or application/json, got "text/csv"',
  });
});

test('however a form is cut, it is read or refused', async () => {
  const form = formOf([FILE, { name: 'top_k', content: '3' }]);
  for (let length = 0; length < form.length; length += 3) {
    const outcome = await read(form.subarray(0, length), FORM).catch((error: unknown) => error);

    if (outcome instanceof Error) expect(outcome).toBeInstanceOf(ServingError);
  }
});

test.each([
  [undefined, undefined],
  ['1', 1],
  [1000, 1000],
])('top_k of %j is %j', (value, expected) => {
  expect(readTopK(value, '/top_k')).toBe(expected);
});

test.each(['', '0', '-1', '1.5', '1e3', ' 1', '9999999999', 1.5, 0, -1, null, true, [1]])(
  'top_k of %j is refused',
  (value) => {
    expect(() => readTopK(value, 'the parameter "top_k"')).toThrow(
      /^the parameter "top_k": expected a whole number of at least 1, got /,
    );
  },
);

test('a file in a form without a type of its own is taken for what it is', async () => {
  const head = '--b\r\nContent-Disposition: form-data; name="file"; filename="x.png"\r\n\r\n';
  const body = Buffer.from(`${head}bytes\r\n--b--\r\n`);

  const { images } = await readImageRequest(body, {
    contentType: 'multipart/form-data; boundary=b',
    maxImages: 1,
  });

  expect(images).toEqual([{ bytes: Buffer.from('bytes'), pointer: '' }]);
});
