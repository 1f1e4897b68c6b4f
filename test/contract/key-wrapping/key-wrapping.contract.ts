import { randomBytes } from 'node:crypto';
import { inspect } from 'node:util';
import { isBehalfError } from '../../../src/kernel/errors.js';
import { entriesInLine, type KeyService, readKeyEntries, renderWrapped } from '../../../src/kernel/key-entries.js';
import type { KeyWrapping } from '../../../src/kernel/key-wrapping.port.js';
import { Secret } from '../../../src/kernel/secret.js';

/** How the KMS behaves from now on. `away`: nobody answers; `busy`: it says so, `times` times. */
export type Trouble =
  | { readonly kind: 'denied' }
  | { readonly kind: 'away' }
  | { readonly kind: 'busy'; readonly times: number };

/** A KMS that really encrypts, at the other end of the wire. */
export interface KmsUnderTest {
  readonly wrapping: KeyWrapping;
  /** A key that is there, as somebody names it who makes a key of ours; another one; one that is not there. */
  readonly keys: { readonly first: string; readonly second: string; readonly missing: string };
  trouble(trouble: Trouble): void;
  /** How often it was asked. */
  readonly calls: number;
  close(): Promise<void>;
}

const OURS = new Secret(Buffer.from(randomBytes(32)));
const FORMS: readonly BufferEncoding[] = ['base64', 'base64url', 'hex', 'latin1'];

/** What every driver of {@link KeyWrapping} must hold. */
export function describeKeyWrapping(service: KeyService, open: () => Promise<KmsUnderTest>): void {
  let kms: KmsUnderTest;
  beforeEach(async () => {
    kms = await open();
  });
  afterEach(() => kms.close());

  const failureOf = async (work: Promise<unknown>) => {
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!isBehalfError(error)) throw new Error(`is no error of ours: ${inspect(error)}`);
    const shown = inspect(error, { depth: 9, showHidden: true });
    for (const form of FORMS) expect(shown).not.toContain(OURS.reveal().toString(form));
    expect(shown).not.toContain('canary');
    return error;
  };

  it('unwraps what it has wrapped, as an entry of the keyring carries it', async () => {
    const text = renderWrapped('k2', service, await kms.wrapping.wrap('k2', OURS, kms.keys.first));
    for (const form of FORMS) expect(text).not.toContain(OURS.reveal().toString(form));
    const [entry] = readKeyEntries(entriesInLine(text)).entries;
    if (entry?.kind !== 'wrapped') throw new Error(`is no entry: ${text}`);
    expect(entry).toMatchObject({ id: 'k2', service });
    expect((await kms.wrapping.unwrap('k2', entry)).reveal()).toEqual(OURS.reveal());
  });

  it('wraps each time anew', async () => {
    const [one, other] = [
      await kms.wrapping.wrap('k2', OURS, kms.keys.first),
      await kms.wrapping.wrap('k2', OURS, kms.keys.first),
    ];
    expect(one.wrapped).not.toBe(other.wrapped);
    expect((await kms.wrapping.unwrap('k2', other)).reveal()).toEqual(OURS.reveal());
  });

  it('refuses what another key has wrapped, and says what to do', async () => {
    const one = await kms.wrapping.wrap('k2', OURS, kms.keys.first);
    const other = await kms.wrapping.wrap('k2', OURS, kms.keys.second);
    const error = await failureOf(kms.wrapping.unwrap('k2', { by: other.by, wrapped: one.wrapped }));
    expect(error).toMatchObject({
      code: 'config.invalid',
      message: expect.stringMatching(/^Encryption key "k2": .*paste the entry again/),
    });
  });

  it('refuses a key that is not there', async () => {
    const error = await failureOf(kms.wrapping.wrap('k2', OURS, kms.keys.missing));
    expect(error).toMatchObject({ code: 'config.invalid', message: expect.stringContaining('There is no such key') });
  });

  it('refuses a name that is none of its keys, without asking', async () => {
    const before = kms.calls;
    for (const by of ['', 'http://127.0.0.1/x?y', 'a b', '../x', 'x/../y', 'x\ny'])
      expect(await failureOf(kms.wrapping.wrap('k2', OURS, by))).toMatchObject({
        code: 'config.invalid',
        message: expect.stringContaining('Name the key of'),
      });
    expect(kms.calls).toBe(before);
  });

  it('says who may not', async () => {
    const wrapped = await kms.wrapping.wrap('k2', OURS, kms.keys.first);
    kms.trouble({ kind: 'denied' });
    const error = await failureOf(kms.wrapping.unwrap('k2', wrapped));
    expect(error).toMatchObject({ code: 'config.invalid', message: expect.stringMatching(/refuses it .*needs/) });
  });

  it('asks again when the KMS is busy for a moment', async () => {
    const wrapped = await kms.wrapping.wrap('k2', OURS, kms.keys.first);
    kms.trouble({ kind: 'busy', times: 1 });
    expect((await kms.wrapping.unwrap('k2', wrapped)).reveal()).toEqual(OURS.reveal());
  });

  it('gives up after a few tries', async () => {
    const wrapped = await kms.wrapping.wrap('k2', OURS, kms.keys.first);
    kms.trouble({ kind: 'busy', times: 1_000 });
    const before = kms.calls;
    expect(await failureOf(kms.wrapping.unwrap('k2', wrapped))).toMatchObject({ code: 'keys.unavailable' });
    expect(kms.calls - before).toBeLessThanOrEqual(5);
  }, 30_000);

  it('says that it cannot be reached', async () => {
    const wrapped = await kms.wrapping.wrap('k2', OURS, kms.keys.first);
    kms.trouble({ kind: 'away' });
    expect(await failureOf(kms.wrapping.unwrap('k2', wrapped))).toMatchObject({
      code: 'keys.unavailable',
      message: expect.stringMatching(/^Encryption key "k2": .* cannot be reached \([\w ]+\)/),
    });
  }, 30_000);
}
