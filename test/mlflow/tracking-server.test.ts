import { readTrackingServer } from '../../shared/mlflow/tracking-server';

describe('readTrackingServer()', () => {
  test.each([
    ['http://localhost:5000', 'http://localhost:5000'],
    ['https://mlflow.example.com/', 'https://mlflow.example.com'],
    ['https://example.com/teams/flowers//', 'https://example.com/teams/flowers'],
    ['https://me:secret@example.com?a=b#c', 'https://example.com'],
  ])('of %s, the address is %s', (text, uri) => {
    expect(readTrackingServer({ MLFLOW_TRACKING_URI: text })?.uri).toBe(uri);
  });

  test.each([
    ['nobody', {}, undefined],
    ['a name and a password', { USERNAME: 'me', PASSWORD: 'sécret' }, 'Basic bWU6c8OpY3JldA=='],
    ['a token', { TOKEN: 'abc' }, 'Bearer abc'],
    ['a name before a token', { USERNAME: 'me', PASSWORD: 'x', TOKEN: 'abc' }, 'Basic bWU6eA=='],
    ['who is in the address', { URI: 'http://me:p%40ss@localhost:5000' }, 'Basic bWU6cEBzcw=='],
  ])('asks as %s', (_, members, authorization) => {
    const variables = Object.entries({ URI: 'http://localhost:5000', ...members });
    const env = Object.fromEntries(variables.map(([name, value]) => [`MLFLOW_TRACKING_${name}`, value]));

    expect(readTrackingServer(env)?.headers).toEqual(authorization === undefined ? {} : { authorization });
  });

  test.each([undefined, ''])('is none where the variable is %p', (uri) => {
    expect(readTrackingServer({ MLFLOW_TRACKING_URI: uri })).toBeUndefined();
  });

  test.each(['localhost:5000', './mlruns', 'file:///tmp/mlruns', 'databricks', 'sqlite:///me:secret@db'])(
    'refuses %s, and does not repeat it',
    (uri) => {
      expect(() => readTrackingServer({ MLFLOW_TRACKING_URI: uri })).toThrow(
        /^MLFLOW_TRACKING_URI: expected the address of a tracking server, like https:\/\/mlflow\.example\.com$/,
      );
    },
  );
});
