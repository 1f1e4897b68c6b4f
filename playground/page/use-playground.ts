import { useEffect, useState } from 'react';
import { fetchState, type PlaygroundState } from './api.js';

/** Changes that come together are read together. */
const GATHER_MS = 40;

export interface Playground {
  /** Still the state of the person before until the new one has arrived. */
  readonly state: PlaygroundState | undefined;
  /** Whether changes arrive. */
  readonly live: boolean;
}

/** What a person sees, kept up to date by the server's events. */
export function usePlayground(person: string): Playground {
  const [state, setState] = useState<PlaygroundState>();
  const [live, setLive] = useState(true);
  useEffect(() => {
    let timer: number | undefined;
    let latest = 0;
    const read = async (): Promise<void> => {
      latest += 1;
      const turn = latest;
      const next = await fetchState(person);
      if (turn === latest) setState(next);
    };
    const soon = (): void => {
      window.clearTimeout(timer);
      timer = window.setTimeout(() => void read().catch(() => setLive(false)), GATHER_MS);
    };
    const events = new EventSource('/playground/api/events');
    events.addEventListener('open', () => {
      setLive(true);
      soon();
    });
    events.addEventListener('message', soon);
    events.addEventListener('error', () => setLive(false));
    return () => {
      latest = Number.POSITIVE_INFINITY;
      window.clearTimeout(timer);
      events.close();
    };
  }, [person]);
  return { state, live };
}
