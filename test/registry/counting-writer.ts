import { hasCode } from '../../shared/core/errors';
import { createLocalStore } from '../../shared/registry/local-store';

/**
 * A process of its own that adds 1 to the number in an object, again and again:
 * `node counting-writer.js FOLDER KEY TIMES`. If an update is ever lost, the sum shows it.
 */
async function main([folder = '', key = '', times = '0']: readonly string[]): Promise<void> {
  const store = createLocalStore(folder);
  for (let done = 0; done < Number(times); ) {
    const { bytes, generation } = await store.read(key);
    const next = Number(Buffer.from(bytes).toString()) + 1;
    try {
      await store.write(key, Buffer.from(String(next)), generation);
      done++;
    } catch (error) {
      if (!hasCode(error, 'conflict')) throw error;
    }
  }
}

void main(process.argv.slice(2));
