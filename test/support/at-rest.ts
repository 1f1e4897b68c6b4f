/** A call that goes on for longer waits for something that the test has yet to do. */
const PATIENCE_MS = 2_000;

/** Calls of watched stores that have not been answered. */
let underWay = 0;

/** The store, whose calls {@link settled} waits for: a server answers when it likes. */
export function watched<T extends object>(store: T): T {
  return new Proxy(store, {
    get(target, key) {
      const method: unknown = Reflect.get(target, key);
      if (typeof method !== 'function') return method;
      return (...values: readonly unknown[]): unknown => {
        const result: unknown = Reflect.apply(method, target, values);
        if (result instanceof Promise) void counted(result);
        return result;
      };
    },
  });
}

async function counted(call: Promise<unknown>): Promise<void> {
  underWay += 1;
  await call.catch(() => {});
  underWay -= 1;
}

/** Lets what is ready run, with what it asks of watched stores, until all was quiet for so many turns of the event loop. */
export async function settled(turns = 20): Promise<void> {
  const patientUntil = performance.now() + PATIENCE_MS;
  for (let turn = 0; turn < turns; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    if (underWay > 0 && performance.now() < patientUntil) turn = -1;
  }
}
