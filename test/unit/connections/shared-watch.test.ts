import type { SharedState } from '../../../src/connections/shared-states.js';
import { SharedWatch } from '../../../src/connections/shared-watch.js';
import { Secret } from '../../../src/kernel/secret.js';
import { createManualClock } from '../../support/clocks.js';
import { RecordingLogger } from '../../support/recording-logger.js';

function watch(read: () => readonly (readonly [string, SharedState])[]): SharedWatch {
  return new SharedWatch({
    read: async () => new Map(read()),
    onLook: async () => {},
    clock: createManualClock(0),
    logger: new RecordingLogger(),
  });
}

test('what a look finds unchanged stays the same object, so that nothing is made of it anew', async () => {
  const shared = watch(() => [['crm', { status: 'connected', client: 'c', made: new Secret('entry') }]]);
  await shared.look();
  const before = shared.states();
  await shared.look();
  expect(shared.states()).toBe(before);
});

test.each<[string, SharedState]>([
  ['another status', { status: 'needs_login', made: new Secret('entry') }],
  ['a reason', { status: 'connected', reason: 'why', made: new Secret('entry') }],
  ['another client', { status: 'connected', client: 'c', made: new Secret('entry') }],
  ['another entry', { status: 'connected', made: new Secret('other') }],
])('%s is noticed', async (_, next) => {
  let state: SharedState = { status: 'connected', made: new Secret('entry') };
  const shared = watch(() => [['crm', state]]);
  await shared.look();
  state = next;
  await shared.look();
  expect(shared.states()?.get('crm')).toBe(next);
});

test('a connection that is gone or new is noticed', async () => {
  let names = ['crm'];
  const shared = watch(() => names.map((name) => [name, { status: 'connected' }]));
  for (const now of [['crm'], [], ['files'], ['crm', 'files']]) {
    names = now;
    await shared.look();
    expect([...(shared.states()?.keys() ?? [])]).toEqual(now);
  }
});
