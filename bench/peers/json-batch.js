// Stands for the obvious batch endpoint: `JSON.parse`, one `session.run` over all rows, `JSON.stringify`, on
// `node:http`. It takes the body that predictBatch takes and answers with the same fields for each row, so both
// parse and write as many bytes; it checks nothing, logs nothing, and takes rows in one form only.
const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { InferenceSession, Tensor } = require('onnxruntime-node');

const COLUMNS = 4;
const CLASSES = ['setosa', 'versicolor', 'virginica'];

function toTensor(rows) {
  const data = new Float32Array(rows.length * COLUMNS);
  for (let row = 0; row < rows.length; row++) data.set(rows[row], row * COLUMNS);
  return new Tensor('float32', data, [rows.length, COLUMNS]);
}

function toPredictions({ label, probabilities }) {
  const predictions = [];
  for (let row = 0; row < label.data.length; row++) {
    const prediction = Number(label.data[row]);
    const scores = Array.from(probabilities.data.subarray(row * CLASSES.length, (row + 1) * CLASSES.length));
    predictions.push({
      prediction,
      prediction_label: CLASSES[prediction],
      confidence: scores[prediction],
      probabilities: scores,
    });
  }
  return predictions;
}

async function main() {
  const session = await InferenceSession.create(readFileSync(process.env.MODEL_FILE));

  async function predictBatch(body) {
    const { instances } = JSON.parse(body);
    return JSON.stringify({ predictions: toPredictions(await session.run({ X: toTensor(instances) })) });
  }

  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      const answer = await predictBatch(Buffer.concat(chunks).toString());
      response.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(answer),
      });
      response.end(answer);
    });
  });
  server.listen(Number(process.env.PORT), '127.0.0.1');
}

main();
