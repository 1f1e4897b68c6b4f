import ipaddr from 'ipaddr.js';

type Address = ReturnType<typeof ipaddr.parse>;

/** What `EGRESS_ALLOW` lists: names (with or without port) and ranges of addresses. */
export interface AddressRules {
  /** True when the host itself is listed, so that wherever it is may be called. */
  allowsHost(hostname: string, port: string): boolean;
  /** False: no address is listed, so that a name need not be looked up to know. */
  readonly hasAddresses: boolean;
  /** True when a listed range holds the address. */
  allowsAddress(address: string): boolean;
}

/** Reads `host`, `host:port`, addresses and CIDR ranges. */
export function readAddressRules(entries: readonly string[]): AddressRules {
  const hosts = new Set<string>();
  const ranges: (readonly [Address, number])[] = [];
  for (const entry of entries.map((text) => text.trim().toLowerCase())) {
    const address = bare(entry);
    if (entry.includes('/') && ipaddr.isValidCIDR(entry)) ranges.push(ipaddr.parseCIDR(entry));
    else if (ipaddr.isValid(address)) ranges.push([parse(address), parse(address).kind() === 'ipv4' ? 32 : 128]);
    else hosts.add(entry);
  }
  return {
    allowsHost: (hostname, port) => {
      const host = hostname.toLowerCase().replace(/\.$/u, '');
      return hosts.has(host) || hosts.has(`${host}:${port}`);
    },
    hasAddresses: ranges.length > 0,
    allowsAddress: (text) => {
      if (!ipaddr.isValid(bare(text))) return false;
      const address = parse(bare(text));
      return ranges.some(([range, bits]) => range.kind() === address.kind() && address.match(range, bits));
    },
  };
}

/** True for an address of the public internet. Private, local, shared, reserved and multicast ones are not. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(bare(text))) return false;
  const address = parse(bare(text));
  if (address.kind() === 'ipv4') return address.range() === 'unicast';
  const embedded = translatedAddress(address);
  if (embedded) return isPublicAddress(embedded);
  // Global unicast is 2000::/3 (RFC 4291 section 2.4, IANA); everything else has a local meaning or none.
  return address.range() === 'unicast' && address.match(ipaddr.parse('2000::'), 3);
}

/** The IPv4 address behind a NAT64 one (RFC 6052): networks without IPv4 reach the public internet so. */
function translatedAddress(address: Address): string | undefined {
  if (!address.match(ipaddr.parse('64:ff9b::'), 96)) return undefined;
  return address.toByteArray().slice(12).join('.');
}

/** An IPv4-mapped address (`::ffff:10.0.0.1`) is the IPv4 address. */
function parse(text: string): Address {
  return ipaddr.process(text);
}

/** Without the brackets of a URL and the zone of a link-local address. */
function bare(text: string): string {
  return text.replace(/^\[|\]$/gu, '').replace(/%.*$/u, '');
}
