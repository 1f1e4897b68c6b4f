import { connect, createServer, type Server, type Socket } from 'node:net';

/** A port that leads to whichever process it was last pointed at, as a load balancer does. */
export class Entrance {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #target: number | undefined;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(port = 0): Promise<Entrance> {
    const server = createServer();
    const entrance = new Entrance(server);
    server.on('connection', (incoming) => entrance.#pass(incoming));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    return entrance;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** New connections lead there; without a port they are cut. */
  leadTo(port: number | undefined): void {
    this.#target = port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pass(incoming: Socket): void {
    const target = this.#target;
    this.#sockets.add(incoming);
    incoming.on('close', () => this.#sockets.delete(incoming));
    incoming.on('error', () => incoming.destroy());
    if (target === undefined) return void incoming.destroy();
    const outgoing = connect(target, '127.0.0.1');
    this.#sockets.add(outgoing);
    outgoing.on('error', () => incoming.destroy());
    outgoing.on('close', () => {
      this.#sockets.delete(outgoing);
      incoming.destroy();
    });
    incoming.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing).pipe(incoming);
  }
}
