import { type HttpRequest, header } from '../core/http';

/**
 * The address at which a request reached this service from outside, without a path. Google's front ends end TLS and
 * say so in `X-Forwarded-Proto`.
 */
export function publicUrl(request: HttpRequest): string {
  const host = header(request, 'host') ?? 'localhost';
  const scheme = header(request, 'x-forwarded-proto')?.split(',')[0]?.trim();
  return `${scheme === 'https' ? 'https' : 'http'}://${host}`;
}
