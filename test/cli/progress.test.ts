import { createProgress } from '../../cli/progress';

const FILE = { file: 'model.onnx', bytes: 20_000_000, sha256: '' };

/** What is written while a file is uploaded in three parts. */
function written(isInteractive: boolean): string {
  let text = '';
  const progress = createProgress({
    env: {},
    out: () => {},
    err: (piece) => {
      text += piece;
    },
    isInteractive,
    user: 'ann@laptop',
    now: () => 0,
  });
  for (const bytes of [8_388_608, 16_777_216, 20_000_000]) progress(FILE, bytes);
  return text;
}

describe('the progress of an upload', () => {
  test('is one line for a log, when the file is there', () => {
    expect(written(false)).toBe('uploaded model.onnx, 20.0 MB\n');
  });

  test('is a line for a person that changes', () => {
    const lines = written(true).split('\r\x1b[K');

    expect(lines).toEqual([
      '',
      'model.onnx: 8.4 MB of 20.0 MB',
      'model.onnx: 16.8 MB of 20.0 MB',
      'uploaded model.onnx, 20.0 MB\n',
    ]);
  });
});
