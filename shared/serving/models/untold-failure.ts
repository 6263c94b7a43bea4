import { hasCode, ServingError } from '../../core/errors';

/**
 * What somebody is told of a model that could not be loaded who is not to learn what models there are: that it could not.
 * The log has said why when it failed, and which others there are.
 */
export function untoldFailure(error: unknown): unknown {
  if (!hasCode(error, 'model-unavailable')) return error;
  const { headers, members } = error;
  const { reason } = members;
  return new ServingError('model-unavailable', 'the model could not be loaded: why is in the log', {
    cause: error,
    headers,
    ...(reason !== undefined && { members: { reason } }),
  });
}
