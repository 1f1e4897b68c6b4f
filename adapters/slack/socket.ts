import { channel } from 'node:diagnostics_channel';
import { ping, WebSocket } from 'undici';
import type { Clock } from '../../src/kernel/clock.port.js';

/** One WebSocket: what Slack sends over it, and what it is told. */
export interface Socket {
  /** Says nothing when it is closed: what is not acknowledged comes again. */
  send(text: string): void;
  close(): void;
}

export interface SocketOptions {
  readonly clock: Clock;
  /** Silence after which the other end counts as gone, in ms. */
  readonly silenceMs: number;
  readonly onMessage: (text: string) => void;
  /** Called once. */
  readonly onClose: () => void;
}

/** How often it is asked, within the silence, whether the other end is there. */
const PINGS = 3;
/** Where undici tells of pongs, of every socket of the process. */
const PONGS = channel('undici:websocket:pong');

/** Opens a socket and watches over it: a connection that a network has silently dropped is given up. */
export function openSocket(url: string, { clock, onClose, onMessage, silenceMs }: SocketOptions): Socket {
  const socket = new WebSocket(url);
  const ended = new AbortController();
  let heardAt = clock.now();
  const hear = (): void => {
    heardAt = clock.now();
  };
  const onPong = (message: unknown): void => {
    if (isOf(message, socket)) hear();
  };
  const end = (): void => {
    if (ended.signal.aborted) return;
    ended.abort();
    PONGS.unsubscribe(onPong);
    onClose();
  };
  const close = (): void => {
    if (socket.readyState === WebSocket.CONNECTING || socket.readyState === WebSocket.OPEN) socket.close();
    // A dead peer never answers the closing handshake.
    end();
  };
  PONGS.subscribe(onPong);
  socket.addEventListener('message', ({ data }) => {
    hear();
    if (typeof data === 'string') onMessage(data);
  });
  socket.addEventListener('error', end);
  socket.addEventListener('close', end);

  const watch = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(silenceMs / PINGS, ended.signal);
      if (clock.now() - heardAt >= silenceMs) return close();
      if (socket.readyState === WebSocket.OPEN) ping(socket);
    }
  };
  // Sleeping rejects when the socket has ended.
  watch().catch(() => undefined);

  return {
    send(text) {
      if (socket.readyState === WebSocket.OPEN) socket.send(text);
    },
    close,
  };
}

function isOf(message: unknown, socket: WebSocket): boolean {
  return typeof message === 'object' && message !== null && 'websocket' in message && message.websocket === socket;
}
