// Prints the results of `terraform test -json` as one would read them, and what failed in full.
import { readFileSync } from 'node:fs';

const events = readFileSync(process.argv[2], 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line));

for (const { type, test_run: run, diagnostic, test_summary: summary } of events) {
  if (type === 'test_run' && run.progress === 'complete')
    console.log(`${run.status}: ${run.path}: ${run.run}`);
  if (diagnostic?.severity === 'error') console.log(`${diagnostic.summary}: ${diagnostic.detail}`);
  if (type === 'test_summary')
    console.log(`terraform test: ${summary.passed} passed, ${summary.failed} failed`);
}
