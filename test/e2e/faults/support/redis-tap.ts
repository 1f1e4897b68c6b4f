import { connect, createServer, type Server, type Socket } from 'node:net';

interface Trap {
  readonly pattern: RegExp;
  /** `before`: Redis never sees the command. `after`: Redis carries it out, and nobody hears of it. */
  readonly when: 'before' | 'after';
  readonly spring: () => void;
}

/** The wire between the service and Redis, on which a test stops the world at a command of its choice. */
export class RedisTap {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #trap: Trap | undefined;
  #isHeld = false;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(redisPort: number): Promise<RedisTap> {
    const server = createServer();
    const tap = new RedisTap(server);
    server.on('connection', (service) => tap.#join(service, redisPort));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return tap;
  }

  get url(): string {
    const address = this.#server.address();
    return `redis://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  /** Resolves when the service sends a command that fits. From then on nothing passes any more, until `release`. */
  stopAt(when: Trap['when'], pattern: RegExp): Promise<void> {
    return new Promise((resolve) => {
      this.#trap = { pattern, when, spring: resolve };
    });
  }

  /** Lets everything pass again; connections that were held are cut. */
  release(): void {
    this.#isHeld = false;
    this.#trap = undefined;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.release();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(service: Socket, redisPort: number): void {
    const redis = connect(redisPort, '127.0.0.1');
    for (const [socket, other] of [
      [service, redis],
      [redis, service],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    service.on('data', (sent: Buffer) => this.#take(sent, redis));
    redis.on('data', (answer: Buffer) => {
      if (!this.#isHeld) service.write(answer);
    });
  }

  #take(sent: Buffer, redis: Socket): void {
    if (this.#isHeld) return;
    const trap = this.#trap;
    const isCaught = trap?.pattern.test(sent.toString('latin1')) ?? false;
    if (isCaught) this.#isHeld = true;
    if (!isCaught || trap?.when === 'after') redis.write(sent);
    if (isCaught) trap?.spring();
  }
}
