// Stands for the least that a function with a model costs: the session is run and nothing else is done. There
// is no validation, no log, no download and no error handling.
const { readFileSync } = require('node:fs');
const { http } = require('@google-cloud/functions-framework');
const { InferenceSession, Tensor } = require('onnxruntime-node');

const session = InferenceSession.create(readFileSync(process.env.MODEL_FILE));

http('bare', async (request, response) => {
  const features = new Tensor('float32', Float32Array.from(request.body.features), [1, 4]);
  const { label, probabilities } = await (await session).run({ X: features });
  response.json({ prediction: Number(label.data[0]), probabilities: Array.from(probabilities.data) });
});
