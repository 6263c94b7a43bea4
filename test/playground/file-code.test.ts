import { execFileSync } from 'node:child_process';
import { snippetsOf } from '../../playground/code';

const OPTIONS = {
  base: 'https://host.example/digits/',
  // A model of images has none; one that came along would still not take a file.
  createFunction: 'CREATE FUNCTION `P.D`.`digits`(`a` FLOAT64) RETURNS JSON',
};

function codeOf(language: string, fileName: string, fields: Record<string, string> = { top_k: '3' }) {
  const call = { path: './predict', file: new File(['…'], fileName), fields };
  return snippetsOf(call, OPTIONS).find((snippet) => snippet.language === language)?.code;
}

test('a file is sent by curl, Python and JavaScript, and not by SQL', () => {
  const call = { path: './predict', file: new File([], 'a.png'), fields: {} };

  expect(snippetsOf(call, OPTIONS).map(({ language }) => language)).toEqual(['curl', 'Python', 'JavaScript']);
});

test('curl sends a form with the file and what is beside it', () => {
  expect(codeOf('curl', 'cat.jpg')).toBe(
    "curl -X POST 'https://host.example/digits/predict' \\\n  -F 'file=@cat.jpg' \\\n  -F 'top_k=3'",
  );
});

test('Python sends the same form', () => {
  expect(codeOf('Python', 'cat.jpg')).toBe(`import requests

with open("cat.jpg", "rb") as image:
    answer = requests.post(
        "https://host.example/digits/predict",
        files={"file": image},
        data={"top_k": "3"},
        timeout=60,
    )
answer.raise_for_status()
print(answer.json())`);
});

test('JavaScript sends the same form', () => {
  expect(codeOf('JavaScript', 'cat.jpg', {})).toBe(`import { openAsBlob } from "node:fs";

const form = new FormData();
form.set("file", await openAsBlob("cat.jpg"), "cat.jpg");
const answer = await fetch("https://host.example/digits/predict", { method: "POST", body: form });
if (!answer.ok) throw new Error(await answer.text());
console.log(await answer.json());`);
});

// curl(1), -F: a file name with ',' or ';' is put in double quotes, and '"' and '\' in those get a backslash.
test.each([
  ["it's.png", "file=@it's.png"],
  ['a;b,c.png', 'file=@"a;b,c.png"'],
  [String.raw`a"b\c.png`, String.raw`file=@"a\"b\\c.png"`],
  ['$HOME $(id).png', 'file=@$HOME $(id).png'],
])('a shell gives curl the name of %s as curl reads it', (fileName, part) => {
  const word = /-F (.*)$/.exec(codeOf('curl', fileName, {}) ?? '')?.[1];

  expect(execFileSync('sh', ['-c', `printf %s ${word}`], { encoding: 'utf8' })).toBe(part);
});
