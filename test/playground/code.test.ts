import { execFileSync } from 'node:child_process';
import { snippetsOf } from '../../playground/code';

const base = 'https://host.example/iris/';

const CREATE = 'CREATE OR REPLACE FUNCTION `PROJECT.DATASET`.`iris`(\n  `a` FLOAT64\n) RETURNS JSON\n';

const codeOf = (language: string, features: [string, unknown][], createFunction = CREATE) => {
  const call = { path: './predict', body: { features: Object.fromEntries(features) }, features };
  return snippetsOf(call, { base, createFunction }).find((snippet) => snippet.language === language)?.code;
};

test('the address keeps the path that the page lies under', () => {
  expect(codeOf('curl', [['a', 1]])).toBe(
    "curl -X POST 'https://host.example/iris/predict' \\\n" +
      "  -H 'Content-Type: application/json' \\\n" +
      `  -d '{"features":{"a":1}}'`,
  );
});

test('a shell reads a body with quotes as it is', () => {
  const data = codeOf('curl', [['a', `it's "so" $HOME`]])?.split('-d ')[1] ?? '';

  const echoed = execFileSync('sh', ['-c', `printf %s ${data}`], { encoding: 'utf8' });

  expect(JSON.parse(echoed)).toEqual({ features: { a: `it's "so" $HOME` } });
});

test('Python has its own words for true, false and nothing', () => {
  const code = codeOf('Python', [
    ['a', true],
    ['b', null],
    ['c', undefined],
    ['d', 'null'],
  ]);

  expect(code).toContain(
    `    json={\n        "features": {\n            "a": True,\n            "b": None,\n            "d": "null",\n        },\n    },\n`,
  );
});

test('JavaScript sends what JSON.stringify() makes of the same object', () => {
  const code = codeOf('JavaScript', [['a', 0.5]]) ?? '';
  const literal = /JSON\.stringify\(([\s\S]*?)\),\n}\);/.exec(code)?.[1] ?? '';

  expect(JSON.parse(literal)).toEqual({ features: { a: 0.5 } });
});

test.each<[name: string, createFunction: string, call: string]>([
  ['one argument for each feature', CREATE, '`PROJECT.DATASET`.`iris`(5.1, NULL, "x", false)'],
  [
    'one JSON value for all',
    'CREATE FUNCTION `P.D`.`wide`(\n  `features` JSON\n) RETURNS JSON',
    String.raw`${'`P.D`.`wide`'}(JSON "{\"a\":5.1,\"b\":null,\"c\":\"x\",\"d\":false}")`,
  ],
])('SQL gives the function %s', (_, createFunction, call) => {
  const features: [string, unknown][] = [
    ['a', 5.1],
    ['b', null],
    ['c', 'x'],
    ['d', false],
  ];

  expect(codeOf('SQL', features, createFunction)).toContain(`SELECT ${call} AS prediction;`);
});

test('there is no SQL for a model without a SQL function', () => {
  const snippets = snippetsOf({ path: './v2/models/raw/infer', body: { inputs: [] } }, { base });

  expect(snippets.map(({ language }) => language)).toEqual(['curl', 'Python', 'JavaScript']);
});

test('a long body is read from a file', () => {
  const data = Array.from({ length: 2000 }, () => 0.5);
  const snippets = snippetsOf({ path: './v2/models/raw/infer', body: { inputs: [{ data }] } }, { base });

  expect(snippets.map(({ code }) => code.includes('request.json'))).toEqual([true, true, true]);
});
