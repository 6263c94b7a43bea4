// Stands for the least that the Functions Framework itself costs: its hello world, without a model.
const { http } = require('@google-cloud/functions-framework');

http('hello', (_request, response) => response.json({ ok: 1 }));
