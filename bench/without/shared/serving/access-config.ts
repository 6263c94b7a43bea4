import type * as real from '../../../../shared/serving/access-config';

export const readAccess: typeof real.readAccess = () => ({ rateLimits: { trustedHops: 0 }, overload: {} });
