import { asBehalfError } from '../kernel/errors.js';
import { sha256 } from '../kernel/ids.js';
import { Secret } from '../kernel/secret.js';
import type { PersonOwner } from './connection.js';
import { ownerParts, personKey } from './connection-records.js';
import type { ProofOutcome } from './login.js';
import { readLoginCode } from './login-code.js';
import { discardTokens, exchangeForAccount, finishLogin } from './login-completion.js';
import { countTry, limitKey } from './login-limits.js';
import { audit, type LoginParts, loginApp } from './login-parts.js';
import type { LoginLink, LoginProof } from './login-records.js';
import { inLoginSpan } from './login-span.js';
import type { OAuthApp, ParentConnection } from './parent-connection.js';
import { decodeTokens } from './token-codec.js';
import { burnLogin, isSamePerson } from './wrong-person.js';

/** What Teams sends when the person closes the login window. */
const WINDOW_CLOSED = 'CancelledByUser';
const MAX_TRIES = 5;
/** Longer than a login takes to store its tokens. */
const REVOKE_AFTER_MS = 60_000;

/** The chat hands a code back: whoever wrote it must be the person that the login is for. */
export async function proveLogin(parts: LoginParts, owner: PersonOwner, text: string): Promise<ProofOutcome> {
  if (text === WINDOW_CLOSED) return { kind: 'cancelled' };
  const code = readLoginCode(text);
  if (code === undefined) return { kind: 'unknown', triesLeft: MAX_TRIES };
  const { clock, policy, records, store } = parts;
  // Not under the person's name: it stays when all of a person is erased, for else that would give them new tries.
  const triesKey = limitKey('proofs', sha256(personKey(owner)));
  const limit = { max: MAX_TRIES, windowMs: policy.proofTtlMs, now: clock.now() };
  const triesLeft = await countTry(store, triesKey, limit);
  if (triesLeft === undefined) {
    audit(parts, { connection: 'unknown', owner }, 'mismatch', 'too_many_codes');
    return { kind: 'too_many_tries' };
  }
  const proof = await records.proofs.take(sha256(code));
  if (proof === undefined) return { kind: 'unknown', triesLeft };
  if (!isSamePerson(proof.owner, owner)) return burn(parts, proof, owner);
  await store.delete(triesKey);
  const link = await records.links.get(proof.linkId);
  const found = loginApp(parts, proof.connection);
  if (link === undefined || found === undefined) {
    await discardPending(parts, proof);
    audit(parts, { connection: proof.connection, owner }, 'expired', 'link');
    return { kind: 'expired' };
  }
  return inLoginSpan(parts, link, 'prove login', () => redeem(parts, proof, { link, ...found }));
}

interface Login {
  readonly link: LoginLink;
  readonly parent: ParentConnection;
  readonly app: OAuthApp;
}

async function redeem(parts: LoginParts, proof: LoginProof, login: Login): Promise<ProofOutcome> {
  const { link, parent, app } = login;
  const { linkId, pending } = proof;
  if (pending.kind === 'code') {
    const request = { link, parent, app, code: new Secret(pending.code), verifier: pending.verifier };
    const exchanged = await exchangeForAccount(parts, request);
    if (exchanged.kind === 'failed') return exchanged.outcome;
    const { tokens, account } = exchanged;
    return finishLogin(parts, { linkId, link, parent, grant: { tokens }, account });
  }
  const tokens = decodeTokens(pending.tokens);
  // Without an entry for them, the app may have been told to end them already. Apps without revocation have no entry.
  const { revocationId } = pending;
  const isListed = await parts.revocations.postpone(revocationId, parts.clock.now() + REVOKE_AFTER_MS);
  if (!isListed && app.revocationUrl !== undefined) {
    audit(parts, link, 'expired', 'revoked');
    return { kind: 'expired' };
  }
  const { account } = pending;
  const outcome = await finishLogin(parts, { linkId, link, parent, grant: { tokens }, account, revocationId });
  if (isListed && outcome.kind === 'connected') await strikeOff(parts, link.connection, revocationId);
  return outcome;
}

/** They stay listed until they are stored: whenever the process dies, they are either in use or revoked. */
async function strikeOff(parts: LoginParts, connection: string, id: string): Promise<void> {
  await parts.revocations.cancel(id).catch((error: unknown) => {
    // Whoever works the list off finds them in use.
    parts.logger.warn({ connection, err: asBehalfError(error) }, 'tokens in use are still listed for revocation');
  });
}

/** Somebody else's code: the login was forwarded, or its code was. Nothing of it may be used any more. */
async function burn(parts: LoginParts, proof: LoginProof, owner: PersonOwner): Promise<ProofOutcome> {
  const { connection } = proof;
  const [title] = await Promise.all([burnLogin(parts, { ...proof, by: owner }), discardPending(parts, proof)]);
  parts.logger.warn({ connection, pastedBy: ownerParts(owner).join('/') }, 'a login code came from another person');
  return { kind: 'wrong_person', connection, title };
}

async function discardPending(parts: LoginParts, { connection, pending }: LoginProof): Promise<void> {
  if (pending.kind === 'tokens') {
    await discardTokens(parts, connection, decodeTokens(pending.tokens), pending.revocationId);
  }
}
