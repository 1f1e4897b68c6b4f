import { createServer } from 'node:net';
import { freePort } from '../../playground/http.js';

describe('a port that is kept for a process', () => {
  it('is none that an outgoing call could be given in between', async () => {
    const ports = await Promise.all(Array.from({ length: 50 }, () => freePort()));
    expect(Math.max(...ports)).toBeLessThan(32_768);
  });

  it('is free', async () => {
    const server = createServer();
    const port = await freePort();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, '127.0.0.1', resolve);
    });
    await new Promise((resolve) => server.close(resolve));
  });
});
