import { createIdentityCheck, isSameEmail } from '../../../src/connections/identity-check.js';

const MINUTES = 60_000;
const check = createIdentityCheck('auto', 10 * MINUTES);
const account = { id: 'a', label: 'Ann', confirmedEmail: 'ann@acme.example' };
const slack = { popUp: false, codeLifetimeMs: MINUTES };

describe('the identity check', () => {
  it('lets the pop-up prove the person before the code is exchanged', () => {
    expect(check.judge({ popUp: true, codeLifetimeMs: MINUTES })).toEqual({ kind: 'proof_needed', method: 'pop-up' });
  });

  it('exchanges first where the code would not survive the pop-up, and still wants its proof', () => {
    const facts = { popUp: true, codeLifetimeMs: 10_000, chatEmail: 'ann@acme.example' };
    expect(check.judge(facts)).toEqual({ kind: 'account_needed' });
    expect(check.judge({ ...facts, account })).toEqual({ kind: 'proof_needed', method: 'pop-up' });
  });

  it('passes on equal confirmed e-mail addresses', () => {
    expect(check.judge({ ...slack, chatEmail: 'Ann@Acme.example' })).toEqual({ kind: 'account_needed' });
    expect(check.judge({ ...slack, chatEmail: 'Ann@Acme.example', account })).toEqual({
      kind: 'passed',
      method: 'e-mail',
    });
  });

  it.each([
    ['another address', { chatEmail: 'eve@acme.example', account }],
    ['no address in the chat', { account }],
    ['no confirmed address of the account', { chatEmail: 'ann@acme.example', account: { id: 'a', label: 'Ann' } }],
    ['no address at all', { account: { id: 'a', label: 'ann@acme.example' } }],
  ])('asks for the pasted code with %s', (_name, facts) => {
    expect(check.judge({ ...slack, ...facts })).toEqual({ kind: 'proof_needed', method: 'pasted-code' });
  });

  it('keeps a long-lived code unexchanged when no address could pass anyway', () => {
    const facts = { popUp: false, codeLifetimeMs: 10 * MINUTES };
    expect(check.judge(facts)).toEqual({ kind: 'proof_needed', method: 'pasted-code' });
    expect(check.judge({ ...facts, chatEmail: 'ann@acme.example' })).toEqual({ kind: 'account_needed' });
  });

  it('passes who has signed in to the chat platform in this browser, before anything else is asked', () => {
    expect(check.judge({ ...slack, signedIn: true })).toEqual({ kind: 'passed', method: 'sign-in' });
    const popUp = { popUp: true, codeLifetimeMs: MINUTES, signedIn: true, account: { id: 'a', label: 'Ann' } };
    expect(check.judge(popUp)).toEqual({ kind: 'passed', method: 'sign-in' });
  });

  it('passes nobody else where nothing else counts', () => {
    const strict = createIdentityCheck('sign-in', 10 * MINUTES);
    expect(strict.judge({ ...slack, signedIn: true })).toEqual({ kind: 'passed', method: 'sign-in' });
    for (const facts of [slack, { ...slack, popUp: true }, { ...slack, chatEmail: 'ann@acme.example', account }])
      expect(strict.judge(facts)).toEqual({ kind: 'sign_in_needed' });
  });

  it('passes everybody only where it was switched off loudly', () => {
    const off = createIdentityCheck('off-insecure', 10 * MINUTES);
    expect(off.judge(slack)).toEqual({ kind: 'passed', method: 'off' });
    expect(off.judge({ ...slack, popUp: true, account })).toEqual({ kind: 'passed', method: 'off' });
  });
});

describe('two e-mail addresses', () => {
  it.each([
    ['ann@acme.example', ' ANN@acme.EXAMPLE ', true],
    ['ann@acme.example', 'ann+x@acme.example', false],
    ['ann@acme.example', 'a.nn@acme.example', false],
    // U+212A, the Kelvin sign, is a k to toLowerCase.
    ['kim@acme.example', '\u212Aim@acme.example', false],
    ['ann@acme.example', undefined, false],
    [undefined, undefined, false],
    ['', '', false],
    ['ann', 'ann', false],
  ])('%j and %j: same is %s', (left, right, same) => {
    expect(isSameEmail(left, right)).toBe(same);
  });
});
