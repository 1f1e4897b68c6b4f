import { connect, createServer, type Server, type Socket } from 'node:net';

interface Trap {
  readonly pattern: RegExp;
  /** `before`: what was sent does not arrive. `after`: it arrives, and its answer does not. */
  readonly when: 'before' | 'after';
  readonly spring: () => void;
}

/** A port that leads to another one, on which a test redirects, cuts, or stops the world at a message of its choice. */
export class Wire {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #target: number | undefined;
  #trap: Trap | undefined;
  #isHeld = false;

  private constructor(server: Server, target: number | undefined) {
    this.#server = server;
    this.#target = target;
  }

  /** `target`: port on this machine; without one, connections are cut. */
  static async open(options: { readonly target?: number; readonly port?: number } = {}): Promise<Wire> {
    const server = createServer();
    const wire = new Wire(server, options.target);
    server.on('connection', (incoming) => wire.#join(incoming));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(options.port ?? 0, '127.0.0.1', resolve);
    });
    return wire;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** New connections lead there. */
  leadTo(port: number | undefined): void {
    this.#target = port;
  }

  /** Resolves when something is sent that fits. From then on nothing passes any more in either direction, until `release`. */
  stopAt(when: Trap['when'], pattern: RegExp): Promise<void> {
    return new Promise((resolve) => {
      this.#trap = { pattern, when, spring: resolve };
    });
  }

  /** Lets everything pass again; connections that there are get cut. */
  release(): void {
    this.#isHeld = false;
    this.#trap = undefined;
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.release();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: Socket): void {
    if (this.#target === undefined) return void near.destroy();
    const far = connect(this.#target, '127.0.0.1');
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
    }
    near.on('data', (sent: Buffer) => this.#carry(sent, far));
    far.on('data', (answer: Buffer) => {
      if (!this.#isHeld) near.write(answer);
    });
  }

  #carry(sent: Buffer, far: Socket): void {
    if (this.#isHeld) return;
    const trap = this.#trap;
    const isCaught = trap?.pattern.test(sent.toString('latin1')) ?? false;
    if (isCaught) this.#isHeld = true;
    if (!isCaught || trap?.when === 'after') far.write(sent);
    if (isCaught) trap?.spring();
  }
}
