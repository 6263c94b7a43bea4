const { pathToFileURL } = require('node:url');
const { join } = require('node:path');

/** Builds what the tests run as real processes, once for the whole run. */
module.exports = async function buildOnce() {
  const { buildInto } = await import(pathToFileURL(join(__dirname, '../build/build.mjs')).href);
  await buildInto(join(__dirname, '../dist'));
};
