import { createResponseReader } from '../../bench/load/response-reader';

const RESPONSE = 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\nX-Other: 1\r\n\r\nhello';

test.each(Array.from({ length: RESPONSE.length - 1 }, (_, index) => index + 1))(
  'a response that arrives in two pieces ends with the second one (cut at %i)',
  (cut) => {
    const reader = createResponseReader();

    expect(reader.take(Buffer.from(RESPONSE.slice(0, cut)))).toBeUndefined();
    expect(reader.take(Buffer.from(RESPONSE.slice(cut)))).toBe(200);
  },
);

test('responses follow one another on a connection', () => {
  const reader = createResponseReader();

  expect(reader.take(Buffer.from(RESPONSE))).toBe(200);
  expect(reader.take(Buffer.from('HTTP/1.1 503 X\r\nContent-Length: 0\r\n\r\n'))).toBe(503);
});
