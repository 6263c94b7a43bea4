import type * as real from '../../../../shared/runtime/prediction-cache';

export const createPredictionCache: typeof real.createPredictionCache = () => {
  throw new TypeError('this build has no prediction cache');
};
