/** Requests that are under way at once: a process that does not get on with them must not gather them. */
const MOST_REQUESTS = 1_000;
/** Bytes of their bodies. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Room for requests that are under way. */
export interface Room {
  /** How many are under way. */
  readonly requests: number;
  /**
   * Takes room for a request with so many bytes; undefined where there is none. Requests whose bodies are still on the way give
   * theirs up for it, the oldest first: whoever begins many and ends none must not keep others out.
   */
  enter(bytes: number): Place | undefined;
}

/** What one request takes of the room. */
export interface Place {
  /** Its body is still on the way; `giveUp` is called when others need the room. */
  arriving(giveUp: () => void): void;
  arrived(): void;
  leave(): void;
}

export function createRoom({ mostRequests = MOST_REQUESTS, mostBytes = MOST_BYTES } = {}): Room {
  let requests = 0;
  let held = 0;
  /** In the order in which they came. */
  const arriving = new Map<Place, () => void>();
  const isFull = (bytes: number) => requests >= mostRequests || held + bytes > mostBytes;

  function takePlace(bytes: number): Place {
    let isTaken = true;
    requests += 1;
    held += bytes;
    const place: Place = {
      arriving: (giveUp) => void arriving.set(place, giveUp),
      arrived: () => void arriving.delete(place),
      leave() {
        arriving.delete(place);
        if (!isTaken) return;
        isTaken = false;
        requests -= 1;
        held -= bytes;
      },
    };
    return place;
  }

  return {
    get requests() {
      return requests;
    },
    enter(bytes) {
      if (bytes > mostBytes) return undefined;
      for (const [place, giveUp] of arriving) {
        if (!isFull(bytes)) break;
        place.leave();
        giveUp();
      }
      return isFull(bytes) ? undefined : takePlace(bytes);
    },
  };
}
