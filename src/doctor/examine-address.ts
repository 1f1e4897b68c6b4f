import { asBehalfError } from '../kernel/errors.js';
import type { HttpClient } from '../kernel/http-client.port.js';
import type { Finding } from './examination.port.js';

const SUBJECT = 'address';
const ANSWER_BYTES = 64 * 1024;
/** Nobody takes these, whomever they trust (https://nodejs.org/api/tls.html#x509-certificate-error-codes). */
const INVALID = ['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID', 'ERR_TLS_CERT_ALTNAME_INVALID'];
/** Browsers may know an authority that this machine does not; Slack and Microsoft know the public ones alone. */
const UNKNOWN_AUTHORITY = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

/** Whether our own address answers, from here; the answer need not be ours. Fails where it cannot be reached. */
export async function examineAddress(publicUrl: string, http: HttpClient): Promise<readonly Finding[]> {
  try {
    return [await ask(publicUrl, http)];
  } catch (error) {
    const reason = String(asBehalfError(error).details['reason']);
    if (INVALID.includes(reason))
      return [
        {
          subject: SUBJECT,
          state: 'wrong',
          says: `the certificate at ${publicUrl} is not valid (${reason})`,
          fix: 'Renew it, for exactly this name, in the proxy that ends TLS.',
        },
      ];
    if (UNKNOWN_AUTHORITY.includes(reason))
      return [
        {
          subject: SUBJECT,
          state: 'warning',
          says: `the certificate at ${publicUrl} is of an authority that is not known here (${reason})`,
          fix: 'Slack and Microsoft take one of a public authority alone, with the certificates between it and that one.',
        },
      ];
    throw error;
  }
}

async function ask(publicUrl: string, http: HttpClient): Promise<Finding> {
  const url = `${publicUrl}/login/doctor`;
  const { headers, status } = await http.request({ method: 'GET', url, maxBytes: ANSWER_BYTES });
  // Our pages say so in a header that no proxy adds.
  const isOurs = headers['content-security-policy']?.includes("default-src 'none'") ?? false;
  if (isOurs) return { subject: SUBJECT, state: 'ok', says: `${publicUrl} leads to the service` };
  return {
    subject: SUBJECT,
    state: 'warning',
    says: `${publicUrl} answers ${status}, and not with a page of the service`,
    fix: 'Start the service and look again; if it runs, the proxy in front of it leads elsewhere.',
  };
}
