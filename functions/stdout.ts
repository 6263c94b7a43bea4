import SonicBoom from 'sonic-boom';

/**
 * Opens standard output for lines.
 *
 * Lines go straight to the descriptor: with execution ids on, the Functions Framework rewrites what goes through
 * `process.stdout`, and takes two JSON lines in one write for text. Lines of one turn of the event loop are written
 * with one system call, which under load is most of what a log entry costs. The write is synchronous: a platform
 * that takes the CPU away after an answer would keep a queued line from ever leaving.
 */
export function openStdout(): (line: string) => void {
  const stdout = new SonicBoom({ fd: 1, sync: true });
  // Whoever read it has left: the log is lost, and no request is to be lost with it.
  stdout.on('error', () => {});
  let lines = '';
  function flush(): void {
    const text = lines;
    lines = '';
    if (text !== '') stdout.write(text);
  }
  process.once('exit', flush);
  return function writeLine(line) {
    if (lines === '') setImmediate(flush);
    lines += `${line}\n`;
  };
}
