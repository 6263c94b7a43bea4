// Takes spans as an OpenTelemetry Collector does, by OTLP over HTTP, and drops them. Prints its port. GET answers how many
// bytes it was sent.
import { createServer } from 'node:http';

let bytes = 0;

createServer((request, response) => {
  request.on('data', (chunk) => (bytes += chunk.length));
  request.on('end', () => {
    if (request.method === 'GET') return response.end(String(bytes));
    // An ExportTraceServiceResponse without members has no bytes.
    response.writeHead(200, { 'content-type': 'application/x-protobuf', 'content-length': '0' }).end();
  });
}).listen(0, '127.0.0.1', function onListening() {
  process.stdout.write(`${this.address().port}\n`);
});
