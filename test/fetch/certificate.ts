import { execFileSync } from 'node:child_process';

/** A certificate that signed itself, and its key, in PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** Makes a certificate for a host name, valid for a day. */
export function makeCertificate(host: string): Certificate {
  const subject = ['-subj', `/CN=${host}`, '-addext', `subjectAltName=DNS:${host}`, '-days', '1'];
  const algorithm = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const pem = execFileSync(
    'openssl',
    ['req', '-x509', ...algorithm, ...subject, '-keyout', '-', '-out', '-'],
    {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const end = '-----END PRIVATE KEY-----\n';
  const split = pem.indexOf(end) + end.length;
  return { key: pem.slice(0, split), cert: pem.slice(split) };
}
