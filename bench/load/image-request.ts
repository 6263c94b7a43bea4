const BOUNDARY = 'bench-boundary-7d1f';

/** An upload of a JPEG file, as a form that a browser or curl sends, as it goes over the wire. */
export function imageRequest(path: string, jpeg: Uint8Array): Buffer {
  const part = [
    `--${BOUNDARY}`,
    'Content-Disposition: form-data; name="file"; filename="photo.jpg"',
    'Content-Type: image/jpeg',
  ];
  const body = Buffer.concat([
    Buffer.from(`${part.join('\r\n')}\r\n\r\n`),
    jpeg,
    Buffer.from(`\r\n--${BOUNDARY}--\r\n`),
  ]);
  const head = [
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Content-Type: multipart/form-data; boundary=${BOUNDARY}`,
    `Content-Length: ${body.length}`,
    'User-Agent: bench',
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), body]);
}
