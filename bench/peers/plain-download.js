// Stands for the fastest way to fetch an object that is not checked afterwards: ranges in parallel with `fetch`
// into one buffer. No digest, no retry, no session. Prints the milliseconds from the first byte asked for.
// Usage: node plain-download.js URL BYTES RANGES
const { performance } = require('node:perf_hooks');

async function fetchRange(url, buffer, start, end) {
  const response = await fetch(url, { headers: { range: `bytes=${start}-${end - 1}` } });
  let at = start;
  for await (const chunk of response.body) {
    buffer.set(chunk, at);
    at += chunk.length;
  }
  if (at !== end) throw new Error(`expected bytes up to ${end}, got up to ${at}`);
}

async function main([url, bytes, ranges]) {
  const startedAt = performance.now();
  const length = Number(bytes);
  const buffer = Buffer.allocUnsafe(length);
  const step = Math.ceil(length / Number(ranges));
  const starts = Array.from({ length: Number(ranges) }, (_, index) => index * step);
  await Promise.all(starts.map((start) => fetchRange(url, buffer, start, Math.min(start + step, length))));
  console.log(performance.now() - startedAt);
}

main(process.argv.slice(2));
