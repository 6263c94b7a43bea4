// Scores one file of a storage emulator with the embedded model, as the function would, and says what it took:
// node score-file.js ENDPOINT BUCKET NAME GENERATION
import { openGcsFiles } from '../../shared/registry/gcs-files';
import { readConfig } from '../../shared/serving/config';
import { scoreFile } from '../../shared/serving/scoring/score-file';
import { openIrisScorer } from '../iris-scorer';

/** How often memory is looked at, in milliseconds. */
const SAMPLE_MS = 20;

async function main([endpoint, bucket, name, generation]: readonly string[]): Promise<void> {
  const scorer = await openIrisScorer(process.cwd());
  const startRss = process.memoryUsage.rss();
  let peakRss = startRss;
  const timer = setInterval(() => {
    peakRss = Math.max(peakRss, process.memoryUsage.rss());
  }, SAMPLE_MS);
  const startedAt = performance.now();
  const { scoring, log } = readConfig(process.env);
  const outcome = await scoreFile(
    {
      scoring,
      predictionLog: log.predictions,
      files: openGcsFiles({ endpoint }),
      openScorer: async () => scorer,
      now: () => performance.now(),
      log: () => {},
      patienceMs: 500,
    },
    { type: 'google.cloud.storage.object.v1.finalized', data: { bucket, name, generation } },
  );
  clearInterval(timer);
  const ms = Math.round(performance.now() - startedAt);
  process.stdout.write(`${JSON.stringify({ outcome, startRss, peakRss, ms })}\n`);
}

void main(process.argv.slice(2));
