// Required ahead of a program: when it ends, tells which modules it had loaded.
process.on('exit', () => {
  const modules = Object.keys(require.cache);
  require('node:fs').writeSync(1, `${JSON.stringify({ message: 'modules', modules })}\n`);
});
