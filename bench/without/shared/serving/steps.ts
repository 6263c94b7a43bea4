import type * as real from '../../../../shared/serving/steps';

/** Without the steps that spans are made of. */
export const noteStep: typeof real.noteStep = ({ timings }, { name, startedAt, endedAt }) => {
  timings[name] = (timings[name] ?? 0) + endedAt - startedAt;
};

export const addRunSteps: typeof real.addRunSteps = () => {};

export const callOptions: typeof real.callOptions = ({ request }) => ({ hasLeft: () => request.hasLeft() });
