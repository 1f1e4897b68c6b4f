/** What changes something in the world: writes, deliveries, calls, messages. The process dies after each of them. */
export const EFFECTS: ReadonlySet<string> = new Set([
  ...['expiring.put', 'expiring.putAll', 'expiring.add', 'expiring.take', 'expiring.swap', 'expiring.delete'],
  'expiring.deleteOf',
  ...['connections.write', 'connections.remove', 'leases.acquire', 'leases.release'],
  ...['revocations.add', 'revocations.due', 'revocations.postpone', 'revocations.remove'],
  ...['departures.add', 'departures.due', 'departures.remove', 'jobs.accept', 'jobs.write', 'queue.push'],
  ...['chat.post', 'chat.postPrivately', 'chat.update', 'silent.ask', 'http.request'],
]);

/** What only looks, or whose loss nobody can tell from not having come to it: uses that are noted, times at which to look, turns and pauses, what was forgotten, what was taken away. */
const LOOKS: ReadonlySet<string> = new Set([
  ...['expiring.get', 'connections.get', 'connections.list', 'connections.owners', 'connections.lastUses'],
  ...[
    'connections.expect',
    'connections.touch',
    'keepAlive.due',
    'keepAlive.schedule',
    'leases.renew',
    'jobs.load',
    'jobs.list',
    'jobs.waitingFor',
    'jobs.needingAttention',
  ],
  ...['jobs.countOpen', 'limiter.take', 'limiter.pause', 'limiter.pauses'],
  ...['jobs.forget', 'queue.start', 'queue.stop', 'chat.describeUser', 'chat.isInGroup', 'silent.withdraw'],
]);

/** @throws Error for what is in neither list: whoever adds it to a port says what it is, and gives it a story. */
export function isEffect(name: string): boolean {
  if (EFFECTS.has(name)) return true;
  if (LOOKS.has(name)) return false;
  throw new Error(`Is ${name} an effect? Say so in test/integration/faults/support/effects.ts`);
}
