/** True for https; for http only where the operator allowed the host, or on this machine. */
export function isAddressAllowed(url: URL, egressAllow: readonly string[]): boolean {
  if (url.protocol === 'https:') return true;
  if (url.protocol !== 'http:') return false;
  const host = url.hostname.toLowerCase();
  if (LOCAL_HOSTS.has(host)) return true;
  // Ranges (`10.0.0.0/8`) are judged when the address is called; here they only tell that the operator thought of it.
  return egressAllow.some((entry) => {
    const allowed = entry.trim().toLowerCase();
    return allowed === host || allowed === url.host || (allowed.includes('/') && /^[\d.:[\]a-f]+$/u.test(host));
  });
}

const LOCAL_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);
