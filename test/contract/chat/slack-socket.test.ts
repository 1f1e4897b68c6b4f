import { openSocket } from '../../../adapters/slack/socket.js';
import { systemClock } from '../../../src/kernel/system-clock.js';
import { startWebSocketServer } from '../../support/websocket-server.js';

test('a socket whose other end has fallen silent is given up', async () => {
  const server = await startWebSocketServer((socket) => socket.playDead());
  await new Promise<void>((resolve) => {
    openSocket(server.url, { clock: systemClock, silenceMs: 100, onMessage: () => {}, onClose: resolve });
  });
  expect(server.sockets).toHaveLength(1);
  await server.stop();
});

test('a socket that cannot be opened tells so once', async () => {
  const server = await startWebSocketServer(() => {});
  await server.stop();
  let closed = 0;
  await new Promise<void>((resolve) => {
    const onClose = (): void => {
      closed += 1;
      resolve();
    };
    openSocket(server.url, { clock: systemClock, silenceMs: 60_000, onMessage: () => {}, onClose }).close();
  });
  expect(closed).toBe(1);
});
