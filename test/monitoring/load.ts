import { setTimeout as sleep } from 'node:timers/promises';

/** Flowers that the embedded model is sure of. */
export const SETOSA = [5.1, 3.5, 1.4, 0.2];
export const VIRGINICA = [6.7, 3, 5.2, 2.3];

/** A prediction that is asked for. */
export interface TestRequest {
  readonly path: string;
  readonly body: string;
}

export const single = (features: readonly number[]): TestRequest => ({
  path: '/predict',
  body: JSON.stringify({ features }),
});

export const batch = (instances: readonly (readonly number[])[]): TestRequest => ({
  path: '/predict/batch',
  body: JSON.stringify({ instances }),
});

/** In the Open Inference Protocol, whose addresses name versions. */
export const ofVersion = (patch: number): TestRequest => ({
  path: `/v2/models/iris/versions/1.0.${patch}/infer`,
  body: JSON.stringify({ inputs: [{ name: 'X', shape: [1, 4], datatype: 'FP32', data: SETOSA }] }),
});

/** Both routes, both classes, and one request in fifty that is wrong. */
export function mixedRequest(index: number): TestRequest {
  if (index % 50 === 49) return single([]);
  return index % 2 === 0 ? single(SETOSA) : batch([SETOSA, VIRGINICA]);
}

/** Something that is done again and again until it is stopped. */
export interface Load {
  stop(): void;
}

/** Sends at most `perSecond` requests a second, one at a time, for two minutes at most. */
export function startLoad(url: string, perSecond: number, requestOf: (index: number) => TestRequest): Load {
  return repeat(perSecond, perSecond * 120, (index) => send(url, requestOf(index)));
}

export function repeat(perSecond: number, times: number, work: (index: number) => Promise<void>): Load {
  let isStopped = false;
  void (async () => {
    for (let index = 0; index < times && !isStopped; index++) {
      await Promise.all([succeeds(work(index)), sleep(1_000 / perSecond)]);
    }
  })();
  return {
    stop() {
      isStopped = true;
    },
  };
}

export function succeeds(work: Promise<void>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}

export async function send(url: string, { path, body }: TestRequest): Promise<void> {
  const answer = await fetch(`${url}${path}`, { method: 'POST', body });
  await answer.arrayBuffer();
}
