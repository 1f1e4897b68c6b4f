import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import fc from 'fast-check';
import {
  entriesInFile,
  entriesInLine,
  KEY_SERVICES,
  type KeyService,
  readKeyEntries,
  renderWrapped,
} from '../../../src/kernel/key-entries.js';

const KEY = randomBytes(32).toString('base64');
const ARN = 'arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const KEY_URL = 'https://acme.vault.azure.net/keys/behalf/0123456789abcdef0123456789abcdef';

const WRAPPED: Readonly<Record<KeyService, { readonly by: string; readonly wrapped: string }>> = {
  'aws-kms': { by: ARN, wrapped: 'AQIDAHh+/w==' },
  'azure-key-vault': { by: KEY_URL, wrapped: 'Zm9v_-A' },
  'vault-transit': { by: 'teams/chat/behalf', wrapped: 'vault:v12:Zm9v+/8=' },
};

describe('an entry of the keyring', () => {
  it.each(Object.keys(KEY_SERVICES).filter((name): name is KeyService => name in WRAPPED))(
    'that %s has wrapped is read as it was written, in a line and in a file',
    (service) => {
      const text = renderWrapped('k2', service, WRAPPED[service]);
      const expected = { kind: 'wrapped', id: 'k2', service, ...WRAPPED[service] };
      expect(readKeyEntries(entriesInLine(`k1:${KEY}, ${text}`)).entries[1]).toEqual(expected);
      expect(readKeyEntries(entriesInFile(`${text} # new\n\nk1:${KEY}\n`)).entries[0]).toEqual(expected);
    },
  );

  it('says every mistake, each with its place', () => {
    const text = `k1:short\nk2\n# k3\nk3:gcp-kms:x:y\nk4:aws-kms:alias/behalf:AAAA\nk5:${KEY}\nk5:${KEY}`;
    expect(readKeyEntries(entriesInFile(text)).problems).toEqual([
      'Encryption key "k1" has 3 bytes; it must have 32. Make one with `behalf keys generate`',
      'Encryption key in line 2 is not of the form id:base64',
      'Encryption key in line 4 ("k3") names no KMS that is known: write aws-kms, azure-key-vault, vault-transit behind the id',
      'Encryption key in line 5 ("k4") is not of the form k4:aws-kms:<key ARN>:<base64>',
      'Encryption key id "k5" is there twice',
    ]);
    expect(readKeyEntries(entriesInFile('# nothing yet\n')).problems).toEqual(['There is no encryption key in it']);
  });

  it('is read or refused whatever stands there, and nothing of a key is ever said', () => {
    const id = fc.stringMatching(/^[A-Za-z0-9_.-]{1,32}$/);
    const secret = fc.stringMatching(/^[A-Za-z0-9+/]{6}CANARY[A-Za-z0-9+/]{0,40}={0,2}$/);
    const service = fc.constantFrom('', 'aws-kms:', 'vault-transit:x:', 'azure-key-vault:https://x/keys/y/1:', 'x:');
    const separator = fc.constantFrom(',', '\n', ' , ', '\r\n');
    fc.assert(
      fc.property(fc.array(fc.tuple(id, service, secret), { maxLength: 4 }), separator, (parts, between) => {
        const text = parts.map((part) => [part[0], ':', part[1], part[2]].join('')).join(between);
        for (const found of [entriesInLine(text), entriesInFile(text)]) {
          const { entries, problems } = readKeyEntries(found);
          expect(problems.join('\n')).not.toContain('CANARY');
          for (const entry of entries) if (entry.kind === 'plain') expect(inspect(entry)).not.toContain('CANARY');
        }
      }),
    );
  });

  it('survives any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const found of [entriesInLine(text), entriesInFile(text)]) {
          const { entries, problems } = readKeyEntries(found);
          expect(entries.length + problems.length).toBeGreaterThan(0);
        }
      }),
    );
  });
});
