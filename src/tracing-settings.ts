import { Secret } from './kernel/secret.js';
import type { SettingName } from './settings.js';

const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

/** Where traces go; the variables are those of the OpenTelemetry specification. */
export interface TracingSettings {
  /** Where spans are posted, whole. */
  readonly url: string;
  readonly headers: Readonly<Record<string, Secret>>;
  /** Of the process, with `service.name`. */
  readonly attributes: Readonly<Record<string, string>>;
  /** `ratio`: of 1. */
  readonly sampler: { readonly name: (typeof SAMPLERS)[number]; readonly ratio: number };
}

interface Reader {
  optional(name: SettingName): string | undefined;
  required(name: SettingName, advice: string): string;
  oneOf<const T extends string>(name: SettingName, values: readonly [T, ...T[]]): T;
  url(name: SettingName, text: string): URL | undefined;
  fail(name: SettingName, what: string): void;
}

/** Undefined where nothing is traced: no endpoint is named, or OpenTelemetry is switched off. */
export function readTracing(reader: Reader): { readonly tracing?: TracingSettings } {
  if (reader.oneOf('OTEL_SDK_DISABLED', ['false', 'true']) === 'true') return {};
  const url = endpointOf(reader);
  if (url === undefined) return {};
  reader.oneOf('OTEL_EXPORTER_OTLP_PROTOCOL', ['http/json']);
  const { 'service.name': named, ...attributes } = pairsOf(reader, 'OTEL_RESOURCE_ATTRIBUTES');
  const headers = Object.entries(pairsOf(reader, 'OTEL_EXPORTER_OTLP_HEADERS'));
  const tracing: TracingSettings = {
    url,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, new Secret(value)])),
    attributes: { ...attributes, 'service.name': reader.optional('OTEL_SERVICE_NAME') ?? named ?? 'behalf' },
    sampler: { name: reader.oneOf('OTEL_TRACES_SAMPLER', SAMPLERS), ratio: ratioOf(reader) },
  };
  return { tracing };
}

/** The one for traces as it stands there; the general one with the path of the specification behind it. */
function endpointOf(reader: Reader): string | undefined {
  const exact = reader.optional('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT');
  if (exact !== undefined) return reader.url('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', exact)?.href;
  const base = reader.optional('OTEL_EXPORTER_OTLP_ENDPOINT');
  const url = base === undefined ? undefined : reader.url('OTEL_EXPORTER_OTLP_ENDPOINT', base);
  if (!url) return undefined;
  url.pathname = `${url.pathname.replace(/\/$/, '')}/v1/traces`;
  return url.href;
}

function ratioOf(reader: Reader): number {
  const ratio = Number(reader.required('OTEL_TRACES_SAMPLER_ARG', 'Give a number from 0 to 1.'));
  if (ratio >= 0 && ratio <= 1) return ratio;
  reader.fail('OTEL_TRACES_SAMPLER_ARG', 'must be a number from 0 to 1.');
  return 1;
}

/** `key=value,key=value`, with percent-encoded values (W3C Baggage, as the specification says). */
function pairsOf(
  reader: Reader,
  name: 'OTEL_RESOURCE_ATTRIBUTES' | 'OTEL_EXPORTER_OTLP_HEADERS',
): Readonly<Record<string, string>> {
  const entries = (reader.optional(name) ?? '').split(',').filter((entry) => entry.trim() !== '');
  const pairs = entries.map(readPair);
  if (pairs.includes(undefined))
    reader.fail(name, 'must be key=value pairs, comma-separated, with values percent-encoded.');
  return Object.fromEntries(pairs.filter((pair) => pair !== undefined));
}

function readPair(entry: string): readonly [string, string] | undefined {
  const [, key = '', value = ''] = /^\s*([\w.\-/]+)\s*=(.*)$/.exec(entry) ?? [];
  try {
    return key === '' ? undefined : [key, decodeURIComponent(value.trim())];
  } catch {
    return undefined;
  }
}
