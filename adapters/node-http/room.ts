/** Requests that are under way at once: a process that does not get on with them must not gather them. */
const MOST_REQUESTS = 1_000;
/** Bytes of their bodies. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Room for requests that are under way. */
export interface Room {
  /** How many are under way. */
  readonly requests: number;
  /** Takes room for a request with so many bytes; undefined where there is none. Call what it gives when the request is over. */
  enter(bytes: number): (() => void) | undefined;
}

export function createRoom({ mostRequests = MOST_REQUESTS, mostBytes = MOST_BYTES } = {}): Room {
  let requests = 0;
  let held = 0;
  return {
    get requests() {
      return requests;
    },
    enter(bytes) {
      if (requests >= mostRequests || held + bytes > mostBytes) return undefined;
      requests += 1;
      held += bytes;
      return () => {
        requests -= 1;
        held -= bytes;
      };
    },
  };
}
