// Stands for the most that Node can do with a model over HTTP: `node:http` and the session, without validation
// and without a log.
const { readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const { InferenceSession, Tensor } = require('onnxruntime-node');

async function main() {
  const session = await InferenceSession.create(readFileSync(process.env.MODEL_FILE));

  async function predict(body) {
    const features = new Tensor('float32', Float32Array.from(JSON.parse(body).features), [1, 4]);
    const { label, probabilities } = await session.run({ X: features });
    return JSON.stringify({
      prediction: Number(label.data[0]),
      probabilities: Array.from(probabilities.data),
    });
  }

  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', async () => {
      const answer = await predict(body);
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
