import { createHash } from 'node:crypto';

/** One of the tasks that share a run, as Cloud Run counts them. */
export interface Task {
  /** From 0. */
  readonly index: number;
  readonly count: number;
  /** How often it was begun before. */
  readonly attempt: number;
}

/** The task that a file is dealt to: the same wherever and whenever it is asked, and whatever other files there are. */
export function taskOf(name: string, count: number): number {
  // 48 bits: the remainder favours no task that anybody could notice.
  return createHash('sha256').update(name).digest().readUIntBE(0, 6) % count;
}

/**
 * The files of one task, in the order in which it takes them. Every other attempt goes backwards, so that a file that
 * ends the process itself keeps only one side of the others waiting.
 */
export function dealTo<F extends { readonly name: string }>(task: Task, files: readonly F[]): F[] {
  const mine = files.filter(({ name }) => taskOf(name, task.count) === task.index);
  return task.attempt % 2 === 0 ? mine : mine.reverse();
}
