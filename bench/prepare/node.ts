import { projectPath } from '../../training/project-path';
import { run } from './run';

/** The Node binary of a major version; this process's own, and a word about it, where it cannot be had. */
export async function findNode(major: number): Promise<string> {
  try {
    return await run(process.execPath, [projectPath('build/node-versions.mjs'), String(major)]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.error(`Node ${major} cannot be had, so this is about ${process.version}: ${reason}`);
    return process.execPath;
  }
}
