import type * as real from '../../../../shared/serving/access-config';

export const readAccess: typeof real.readAccess = (_, { service }) => ({
  rateLimits: { service, trustedHops: 0 },
  overload: {},
});
