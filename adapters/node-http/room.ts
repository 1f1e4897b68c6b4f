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
   * theirs up for it, the oldest first, where that is enough: whoever begins many and ends none must not keep others out.
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
  const arriving = new Map<Place, { readonly bytes: number; readonly giveUp: () => void }>();

  /** Which of them have to give theirs up for so many bytes; undefined where all of them would not be enough. */
  function inTheWay(bytes: number): readonly Place[] | undefined {
    const found: Place[] = [];
    let toHold = held + bytes;
    const isEnough = () => requests - found.length < mostRequests && toHold <= mostBytes;
    for (const [place, { bytes: freed }] of arriving) {
      if (isEnough()) break;
      found.push(place);
      toHold -= freed;
    }
    return isEnough() ? found : undefined;
  }

  function takePlace(bytes: number): Place {
    let isTaken = true;
    requests += 1;
    held += bytes;
    const place: Place = {
      arriving: (giveUp) => void arriving.set(place, { bytes, giveUp }),
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
      const leaving = inTheWay(bytes);
      for (const place of leaving ?? []) {
        const giveUp = arriving.get(place)?.giveUp;
        place.leave();
        giveUp?.();
      }
      return leaving && takePlace(bytes);
    },
  };
}
