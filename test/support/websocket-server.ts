import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { Duplex } from 'node:stream';

/** The server's end of one WebSocket (RFC 6455): text frames, pings answered unless it plays dead. */
export interface ServerSocket {
  readonly received: string[];
  send(text: string): void;
  close(): void;
  /** Answers nothing any more, as behind a network that drops packets. */
  playDead(): void;
  readonly isOpen: boolean;
}

export interface WebSocketServer {
  /** `ws://127.0.0.1:…` */
  readonly url: string;
  /** In the order in which they were opened. */
  readonly sockets: ServerSocket[];
  stop(): Promise<void>;
}

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const [TEXT, CLOSE, PING, PONG] = [1, 8, 9, 10];

export async function startWebSocketServer(onOpen: (socket: ServerSocket) => void): Promise<WebSocketServer> {
  const sockets: ServerSocket[] = [];
  const streams = new Set<Duplex>();
  const server = createServer((_request, response) => response.writeHead(426).end());
  server.on('upgrade', (request, stream) => {
    const accept = createHash('sha1').update(`${request.headers['sec-websocket-key']}${MAGIC}`).digest('base64');
    stream.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    streams.add(stream);
    stream.on('error', () => {});
    const socket = serve(stream);
    stream.on('close', () => streams.delete(stream));
    sockets.push(socket);
    onOpen(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    url: `ws://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`,
    sockets,
    async stop() {
      for (const stream of streams) stream.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function serve(stream: Duplex): ServerSocket {
  const received: string[] = [];
  let isDead = false;
  let isOpen = true;
  let rest = Buffer.alloc(0);
  const write = (opcode: number, payload: Buffer): void => {
    if (!isDead && stream.writable) stream.write(frame(opcode, payload));
  };
  stream.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    for (let read = readFrame(rest); read; read = readFrame(rest)) {
      rest = rest.subarray(read.length);
      if (read.opcode === TEXT) received.push(read.payload.toString('utf8'));
      if (read.opcode === PING) write(PONG ?? 10, read.payload);
      if (read.opcode === CLOSE) {
        isOpen = false;
        write(CLOSE ?? 8, read.payload);
        if (!isDead) stream.end();
      }
    }
  });
  stream.on('close', () => {
    isOpen = false;
  });
  return {
    received,
    send: (text) => write(TEXT ?? 1, Buffer.from(text)),
    close: () => write(CLOSE ?? 8, Buffer.from([3, 232])),
    playDead: () => {
      isDead = true;
    },
    get isOpen() {
      return isOpen;
    },
  };
}

/** A whole message in one frame, unmasked as servers send it. */
function frame(opcode: number, payload: Buffer): Buffer {
  if (payload.length < 126) return Buffer.concat([Buffer.from([0x80 | opcode, payload.length]), payload]);
  const head = Buffer.from([0x80 | opcode, 126, 0, 0]);
  head.writeUInt16BE(payload.length, 2);
  return Buffer.concat([head, payload]);
}

/** The first whole frame; clients mask theirs. */
function readFrame(
  bytes: Buffer,
): { readonly opcode: number; readonly payload: Buffer; readonly length: number } | undefined {
  if (bytes.length < 6) return undefined;
  const short = (bytes[1] ?? 0) & 0x7f;
  const maskAt = short === 126 ? 4 : 2;
  if (bytes.length < maskAt + 4) return undefined;
  const size = short === 126 ? bytes.readUInt16BE(2) : short;
  const length = maskAt + 4 + size;
  if (bytes.length < length) return undefined;
  const mask = bytes.subarray(maskAt, maskAt + 4);
  const payload = Buffer.from(bytes.subarray(maskAt + 4, length).map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
  return { opcode: (bytes[0] ?? 0) & 0x0f, payload, length };
}
