import type { HttpResponse } from '../../shared/core/http';
import { openTestApp, type TestApp } from '../test-app';

const HEADER = 'id,petal_width,sepal_length,sepal_width,petal_length\n';

describe('predictBatch with rows line by line', () => {
  let service: TestApp;

  beforeAll(() => {
    service = openTestApp();
  });

  const post = (contentType: string, body: string) =>
    service.request({
      method: 'POST',
      path: '/predict/batch',
      headers: { 'content-type': contentType },
      body,
    });

  async function textOf({ body }: HttpResponse): Promise<string> {
    if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body).toString();
    let text = '';
    for await (const piece of body) text += Buffer.from(piece).toString();
    return text;
  }

  /** The cells of a CSV answer, without probabilities. */
  async function cellsOf(response: HttpResponse): Promise<string[][]> {
    const lines = (await textOf(response)).trimEnd().split('\n');
    return lines
      .map((line) => line.split(','))
      .map((cells) => [...cells.slice(0, 4), cells.slice(8).join(',')]);
  }

  test('answers CSV in CSV, with what went through and what was wrong in its place', async () => {
    const response = await post(
      'text/csv',
      `${HEADER}a,0.2,5.1,3.5,1.4\nb,wide,5.1,3.5,1.4\nc,2.3,6.7,3,5.2\n`,
    );

    expect(response).toMatchObject({ status: 200, headers: { 'content-type': 'text/csv; charset=utf-8' } });
    expect(await cellsOf(response)).toEqual([
      ['line', 'id', 'prediction', 'prediction_label', 'error'],
      ['2', 'a', '0', 'setosa', ''],
      ['3', 'b', '', '', '"""petal_width"" must be a finite number, got the string ""wide"""'],
      ['4', 'c', '2', 'virginica', ''],
    ]);
  });

  test.each(['application/x-ndjson', 'application/jsonl'])('answers %s in NDJSON', async (contentType) => {
    const response = await post(contentType, '[5.1,3.5,1.4,0.2]\n[1]\n{"features":[6.7,3,5.2,2.3]}\n');

    expect(response).toMatchObject({ status: 200, headers: { 'content-type': 'application/x-ndjson' } });
    const lines = (await textOf(response)).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { prediction: 0, prediction_label: 'setosa', line: 1 },
      {
        line: 2,
        error: {
          detail: 'expected 4 values (sepal_length, sepal_width, petal_length, petal_width), got 1',
          errors: [{ pointer: '' }],
        },
      },
      { prediction: 2, prediction_label: 'virginica', line: 3 },
    ]);
  });

  test('counts for the log what was predicted', async () => {
    const response = await post('text/csv', '5.1,3.5,1.4,0.2\n6.7,3,5.2,2.3\n6.7,3,5.2,2.3\n'.repeat(1000));

    await textOf(response);
    response.onSent?.();

    expect(service.entries.at(-1)).toMatchObject({
      rows: 3000,
      prediction: { setosa: 1000, versicolor: 0, virginica: 2000 },
    });
  });

  test.each([
    ['text/csv', `${HEADER}a,0.2,5.1,3.5,1.4\nb,wide,5.1,3.5,1.4\nc,2.3,6.7,3,5.2\nd,0.2,9.9,3.5,1.4\n`],
    ['application/x-ndjson', '[5.1,3.5,1.4,0.2]\n[1]\n{"features":[6.7,3,5.2,2.3]}\n[9.9,3.5,1.4,0.2]\n'],
  ])('summarises for the log the rows of %s that were scored', async (contentType, body) => {
    const response = await post(contentType, body);

    await textOf(response);
    response.onSent?.();

    const entry = service.entries.at(-1);
    expect(entry).toMatchObject({
      rows: 4,
      badRows: 1,
      inputSummary: {
        sepal_length: { count: 3, mean: expect.closeTo(7.2333, 3), min: 5.1, max: 9.9, outside: 1 },
        petal_width: { count: 3, min: 0.2, max: 2.3 },
      },
      outputSummary: { confidence: { count: 3, min: expect.any(Number) } },
    });
    expect(entry).not.toHaveProperty('inputs');
    expect(entry).not.toHaveProperty('predictions');
  });

  test('logs no inputs of lines with PREDICTION_LOG=none', async () => {
    const quiet = openTestApp({ PREDICTION_LOG: 'none' });
    const csv = { method: 'POST', path: '/predict/batch', headers: { 'content-type': 'text/csv' } };
    await quiet.request({ ...csv, body: '5.1,3.5,1.4,0.2\n' });

    expect(quiet.entries).toMatchObject([{ rows: 1, prediction: { setosa: 1 } }]);
    expect(Object.keys(quiet.entries[0] ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/Summary$|^inputs$|^predictions$/)]),
    );
  });

  test('logs the first hundred lines in their places with PREDICTION_LOG=full', async () => {
    const full = openTestApp({ PREDICTION_LOG: 'full' });
    const lines = ['[5.1,3.5,1.4,0.2]', 'nonsense', ...new Array(150).fill('[6.7,3,5.2,2.3]')];
    await full.request({
      method: 'POST',
      path: '/predict/batch',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines.join('\n'),
    });

    const { inputs, predictions, ...entry } = full.entries[0] as Record<string, unknown>;
    expect(entry).toMatchObject({ rows: 152, badRows: 1, inputSummary: { sepal_length: { count: 151 } } });
    expect(inputs).toHaveLength(100);
    expect((inputs as unknown[]).slice(0, 3)).toEqual([[5.1, 3.5, 1.4, 0.2], null, [6.7, 3, 5.2, 2.3]]);
    expect(predictions).toHaveLength(100);
    expect((predictions as unknown[]).slice(0, 3)).toMatchObject([
      { prediction: 'setosa' },
      null,
      { prediction: 'virginica', probabilities: expect.any(Array) },
    ]);
  });

  test.each([
    [
      'a header that does not fit',
      'text/csv',
      'sepal_length,sepal_width\n1,2\n',
      'expected a column "petal_length", got "sepal_length", "sepal_width"',
    ],
    ['no rows', 'text/csv', HEADER, 'expected at least one row, got none'],
    ['nothing', 'application/x-ndjson', '', 'expected at least one row, got none'],
  ])('refuses %s before anything is sent', async (_, contentType, body, detail) => {
    const response = await post(contentType, body);

    expect(response).toMatchObject({ status: 422, headers: { 'content-type': 'application/problem+json' } });
    expect(JSON.parse(await textOf(response)).detail).toContain(detail);
  });

  test('refuses rows of which none fits, each with its line', async () => {
    const response = await post('application/x-ndjson', '{"features":[1]}\n\nx\n');

    expect(response.status).toBe(422);
    expect(JSON.parse(await textOf(response))).toMatchObject({
      detail:
        'none of the first 2 rows fits; line 1: expected 4 values (sepal_length, sepal_width, petal_length, petal_width), got 1',
      errors: [
        { pointer: '/features' },
        { pointer: '', detail: 'line 3: the line is not JSON: invalid symbol at column 1' },
      ],
    });
  });

  /** Answers a body that comes in pieces, and counts those that were asked for. */
  async function postPieces(pieces: Iterable<string>) {
    const asked = { pieces: 0, isClosed: false };
    async function* stream() {
      try {
        for (const piece of pieces) {
          asked.pieces++;
          yield Buffer.from(piece);
        }
      } finally {
        asked.isClosed = true;
      }
    }
    const { status, body } = await service.app.handler('serve')({
      method: 'POST',
      path: '/predict/batch',
      query: '',
      headers: { 'content-type': 'text/csv' },
      remoteAddress: undefined,
      body: async () => Buffer.alloc(0),
      stream,
      hasLeft: () => false,
    });
    const isWhole = typeof body === 'string' || body instanceof Uint8Array;
    return { asked, status, answers: isWhole ? piecesOf(body) : body[Symbol.asyncIterator]() };
  }

  async function* piecesOf(body: string | Uint8Array) {
    yield body;
  }

  const ROW = '5.1,3.5,1.4,0.2\n';

  test('asks for more rows when the answer to those before has been taken', async () => {
    const { asked, answers } = await postPieces(Array.from({ length: 10 }, () => ROW));
    const before = asked.pieces;

    await answers.next();
    const head = asked.pieces;
    await answers.next();

    expect([before, head, asked.pieces]).toEqual([1, 1, 2]);
    await answers.return?.();
  });

  test('does not close a body that it refuses: the connection would be closed with it', async () => {
    const { status, asked } = await postPieces(['a,b\n', ROW]);

    expect(status).toBe(422);
    expect(asked).toEqual({ pieces: 1, isClosed: false });
  });

  test('fails in the middle when the body does', async () => {
    function* pieces() {
      yield ROW;
      throw new Error('the connection closed');
    }
    const { answers } = await postPieces(pieces());

    await answers.next();

    await expect(answers.next()).rejects.toThrow('the connection closed');
  });
});
