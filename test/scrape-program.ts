// A process that is scraped once and then has nothing left to do.
import { createMetrics } from '../shared/serving/metrics/metrics';

createMetrics()
  .text()
  .then(({ body }) => console.log(body.split('\n')[0]));
