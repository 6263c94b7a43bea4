import { readFileSync } from 'node:fs';
import { formatState, parseState } from '../../shared/registry/model-state';
import { projectPath } from '../../training/project-path';

describe('parseState()', () => {
  test('reads the state of an embedded model', () => {
    const text = readFileSync(projectPath('model-artifacts/iris/model.json'), 'utf8');

    expect(parseState(text, 'iris')).toEqual({ schema_version: 1, aliases: { production: '1.0.0' } });
  });

  test('reads what formatState() writes', () => {
    const state = {
      schema_version: 1 as const,
      aliases: { production: '1.0.0' },
      traffic: { '1.0.0': 99.5, '1.1.0': 0.5 },
      shadow: { version: '2.0.0', percent: 10 },
      retired: ['0.9.0'],
    };

    expect(parseState(formatState(state), 'iris')).toEqual(state);
  });

  test.each([
    ['nothing', '', 'it is not JSON'],
    ['half of it', '{"schema_version": 1, "ali', 'it is not JSON'],
    ['a byte order mark', '\ufeff{"schema_version":1,"aliases":{}}', 'it is not JSON'],
    ['a list', '[]', 'expected an object'],
    ['null', 'null', 'expected an object'],
    ['another schema', '{"schema_version":2,"aliases":{}}', 'schema_version: expected 1, got 2'],
    ['no aliases', '{"schema_version":1}', 'aliases: expected an object'],
    [
      'an alias to no version',
      '{"schema_version":1,"aliases":{"production":"latest"}}',
      'aliases.production: expected a version like 1.0.0, got "latest"',
    ],
    [
      'an alias that looks like a version',
      '{"schema_version":1,"aliases":{"1.0.0":"2.0.0"}}',
      'aliases: expected names like production, got "1.0.0"',
    ],
    [
      'a share that is no number',
      '{"schema_version":1,"aliases":{},"traffic":{"1.0.0":"100"}}',
      'traffic.1.0.0: expected a percentage from 0 to 100, got "100"',
    ],
    [
      'shares of more than everything',
      '{"schema_version":1,"aliases":{},"traffic":{"1.0.0":90,"1.1.0":20}}',
      'traffic: expected 100 percent together, got 110',
    ],
    [
      'a shadow without a share',
      '{"schema_version":1,"aliases":{},"shadow":{"version":"1.0.0"}}',
      'shadow: expected {"version": "1.0.0", "percent": 100}',
    ],
    [
      'a history of changes from nowhere',
      '{"schema_version":1,"aliases":{},"history":[{"sequence":1,"at":"","by":"","action":"promote","from":{}}]}',
      'history: expected a list of changes',
    ],
    [
      'a history of changes by nobody',
      '{"schema_version":1,"aliases":{},"history":[{"sequence":1}]}',
      'history: expected a list of changes',
    ],
    [
      'a history that is none',
      '{"schema_version":1,"aliases":{},"history":{}}',
      'history: expected a list of changes',
    ],
  ])('refuses %s, and says why', (_, text, detail) => {
    expect(() => parseState(text, 'iris')).toThrow(`iris/model.json is not a model state: ${detail}`);
  });
});
