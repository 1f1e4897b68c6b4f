import type { Config } from '../config.js';
import { randomToken } from '../kernel/ids.js';
import type { Tracing } from '../kernel/tracing.port.js';
import type { Basics } from './open-stores.js';

/** Which servers learn of a trace: those of one's own that `EGRESS_ALLOW` names. Ranges of addresses name nobody. */
export async function ownHosts({ egressAllow, tracing }: Config): Promise<(url: URL) => boolean> {
  if (!tracing) return () => false;
  const { readAddressRules } = await import('../../adapters/undici/address-rules.js');
  const rules = readAddressRules(egressAllow);
  return ({ hostname, port, protocol }) => rules.allowsHost(hostname, port || (protocol === 'https:' ? '443' : '80'));
}

/** Traces, where the configuration names a collector; without one nothing of their driver is loaded. */
export async function openTracing({ tracing }: Config, basics: Basics): Promise<Tracing | undefined> {
  if (!tracing) return undefined;
  const { createTracing } = await import('../../adapters/opentelemetry/index.js');
  // Tells replicas apart (OpenTelemetry, conventions for resources).
  const attributes = { 'service.instance.id': randomToken(128), ...tracing.attributes };
  return createTracing({ ...tracing, attributes, ...basics });
}
