import { BehalfError } from './errors.js';
import type { WrappedKey } from './key-wrapping.port.js';
import { Secret } from './secret.js';
import { KEY_ID, misfitOfKey, type VaultKey } from './vault.js';

/** Key management services, as entries name them, with the form of what stands behind the name. */
export const KEY_SERVICES = {
  'aws-kms': {
    title: 'AWS KMS',
    form: '<key ARN>:<base64>',
    pattern: /^(arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+):([A-Za-z0-9+/]+={0,2})$/,
  },
  'azure-key-vault': {
    title: 'Azure Key Vault',
    form: '<key URL with its version>:<base64>',
    pattern: /^(https:\/\/[\w.-]+(?::\d+)?\/keys\/[\w-]+\/\w+):([A-Za-z0-9+/_-]+={0,2})$/,
  },
  'vault-transit': {
    title: 'Vault',
    form: '<transit key>:vault:v1:<base64>',
    pattern: /^([\w./-]+):(vault:v\d+:[A-Za-z0-9+/]+={0,2})$/,
  },
} as const satisfies Record<string, { readonly title: string; readonly form: string; readonly pattern: RegExp }>;

export type KeyService = keyof typeof KEY_SERVICES;

/** One key of the configuration: as it is, or as a KMS has wrapped it. */
export type KeyEntry =
  | ({ readonly kind: 'plain' } & VaultKey)
  | ({ readonly kind: 'wrapped'; readonly id: string; readonly service: KeyService } & WrappedKey);

/** The entry as it is pasted into the configuration. */
export function renderWrapped(id: string, service: KeyService, { by, wrapped }: WrappedKey): string {
  return `${id}:${service}:${by}:${wrapped}`;
}

/** One entry as it was found; `place` tells where: `key 2`, `key in line 7`. */
export interface FoundEntry {
  readonly place: string;
  readonly text: string;
}

/** Entries that stand in one line, separated by commas. */
export function entriesInLine(text: string): readonly FoundEntry[] {
  return text.split(',').map((entry, index) => ({ place: `key ${index + 1}`, text: entry.trim() }));
}

/** Entries of a file, one a line; empty lines, and what stands behind `#`, say nothing. */
export function entriesInFile(text: string): readonly FoundEntry[] {
  return text.split('\n').flatMap((line, index) => {
    const entry = line.replace(/#.*$/s, '').trim();
    return entry === '' ? [] : [{ place: `key in line ${index + 1}`, text: entry }];
  });
}

/**
 * Reads entries `id:base64` (32 bytes) and `id:service:key:wrapped`. Problems say which entry is wrong and why, by its place
 * and id, never with a part of a key.
 */
export function readKeyEntries(found: readonly FoundEntry[]): {
  readonly entries: readonly KeyEntry[];
  readonly problems: readonly string[];
} {
  const entries: KeyEntry[] = [];
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const one of found) {
    const entry = readEntry(one);
    if (typeof entry === 'string') {
      problems.push(entry);
      continue;
    }
    if (seen.has(entry.id)) problems.push(`Encryption key id "${entry.id}" is there twice`);
    seen.add(entry.id);
    entries.push(entry);
  }
  if (found.length === 0) problems.push('There is no encryption key in it');
  return { entries, problems };
}

/** Plain keys `id:base64,id:base64`. Throws `config.invalid` with the first mistake. */
export function parseKeyring(text: string): readonly VaultKey[] {
  const { entries, problems } = readKeyEntries(entriesInLine(text));
  const [first] = problems;
  if (first !== undefined) throw new BehalfError('config.invalid', first);
  return entries.map((entry) => {
    if (entry.kind === 'plain') return { id: entry.id, key: entry.key };
    throw new BehalfError('config.invalid', `Encryption key "${entry.id}" is wrapped; here it must be the key itself`);
  });
}

/** The entry, or what is wrong with it. */
function readEntry({ place, text }: FoundEntry): KeyEntry | string {
  const colon = text.indexOf(':');
  if (colon === -1) return `Encryption ${place} is not of the form id:base64`;
  const id = text.slice(0, colon);
  const rest = text.slice(colon + 1).trim();
  if (!KEY_ID.test(id)) return `The id of encryption ${place} must be 1 to 32 letters, digits, "_", "." or "-"`;
  if (rest.includes(':')) return readWrapped(`Encryption ${place} ("${id}")`, id, rest);
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(rest)) return `Encryption ${place} ("${id}") is not base64`;
  const key = Buffer.from(rest, 'base64');
  return misfitOfKey(id, key) ?? { kind: 'plain', id, key: new Secret(key) };
}

function readWrapped(subject: string, id: string, text: string): KeyEntry | string {
  const colon = text.indexOf(':');
  const name = text.slice(0, colon);
  const service = SERVICE_NAMES.find((known) => known === name);
  if (!service) return `${subject} names no KMS that is known: write ${SERVICE_NAMES.join(', ')} behind the id`;
  const { form, pattern } = KEY_SERVICES[service];
  const [, by, wrapped] = pattern.exec(text.slice(colon + 1)) ?? [];
  if (by === undefined || wrapped === undefined) return `${subject} is not of the form ${id}:${service}:${form}`;
  return { kind: 'wrapped', id, service, by, wrapped };
}

const SERVICE_NAMES: readonly KeyService[] = ['aws-kms', 'azure-key-vault', 'vault-transit'];
