import { type LookupAddress, type LookupOptions, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { type AddressRules, isPublicAddress } from './address-rules.js';

/** Code of the error with which a connection to an address that is not allowed fails. */
export const REFUSED = 'EGRESS_REFUSED';

/** Resolves a name to all its addresses. */
export type Resolve = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Connects to allowed addresses only. What is checked is what is connected to: the addresses that the name has at that moment,
 * so that a name that changes its address afterwards gains nothing. If one address of several is not allowed, none is.
 */
export function guardedConnector(
  rules: AddressRules,
  options: { readonly timeoutMs: number; readonly resolve?: Resolve },
): buildConnector.connector {
  const resolve: Resolve = options.resolve ?? systemLookup;
  const connectWith = (isAllowed: (address: string) => boolean) =>
    buildConnector({ timeout: options.timeoutMs, lookup: checkedLookup(resolve, isAllowed) });
  const anywhere = connectWith(() => true);
  const publicOrListed = connectWith((address) => isPublicAddress(address) || rules.allowsAddress(address));
  // Without TLS nothing leaves for the public internet: tokens would be readable on the way.
  const listed = connectWith((address) => rules.allowsAddress(address));

  return (target, callback) => {
    const isTls = target.protocol === 'https:';
    const port = target.port || (isTls ? '443' : '80');
    const hostname = target.hostname.replace(/^\[|\]$/gu, '');
    if (rules.allowsHost(hostname, port)) return anywhere(target, callback);
    if (!isTls && !rules.hasAddresses) return callback(refusal(), null);
    if (isIP(hostname) !== 0) {
      const isAllowed = rules.allowsAddress(hostname) || (isTls && isPublicAddress(hostname));
      if (!isAllowed) return callback(refusal(), null);
    }
    return (isTls ? publicOrListed : listed)(target, callback);
  };
}

function checkedLookup(resolve: Resolve, isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) return callback(error ?? noAddress(), '', 0);
      if (!addresses.every(({ address }) => isAllowed(address))) return callback(refusal(), '', 0);
      if (options.all) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };
}

function refusal(): NodeJS.ErrnoException {
  return Object.assign(new Error('This address may not be called'), { code: REFUSED });
}

function noAddress(): NodeJS.ErrnoException {
  return Object.assign(new Error('The name has no address'), { code: 'ENOTFOUND' });
}
