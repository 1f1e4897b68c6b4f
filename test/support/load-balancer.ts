import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closeServer } from '../../playground/http.js';

/** Twice as often as in `deploy/`: this one may have to wait for its own machine. */
const LOOK_EVERY_MS = 1_000;
const LOOK_TIMEOUT_MS = 3_000;

/** Takes requests and passes each on to one process, in turn, of those that said at the last look that they are ready. */
export interface LoadBalancer {
  readonly url: string;
  /** Requests that it could not have answered; it sends nothing a second time. */
  readonly failures: readonly string[];
  /** How many requests a process got. */
  count(target: string): number;
  stop(): Promise<void>;
}

/** `targets`: their URLs, e.g. `http://127.0.0.1:3000`. Keeps connections to them open, as load balancers do. */
export async function startLoadBalancer(targets: readonly string[]): Promise<LoadBalancer> {
  const agent = new Agent({ keepAlive: true });
  const failures: string[] = [];
  const counts = new Map<string, number>();
  let ready: readonly string[] = [];
  let turn = 0;
  const look = async (): Promise<void> => {
    const answers = await Promise.all(targets.map(isReady));
    ready = targets.filter((_, index) => answers[index]);
  };
  const server = createServer((incoming, outgoing) => {
    turn += 1;
    const target = ready[turn % ready.length];
    if (target === undefined) return void fail(outgoing, 'no process is ready');
    counts.set(target, (counts.get(target) ?? 0) + 1);
    pass(agent, target, { incoming, outgoing, fail: (why) => fail(outgoing, `${incoming.url} at ${target}: ${why}`) });
  });
  function fail(outgoing: ServerResponse, why: string): void {
    failures.push(why);
    if (outgoing.headersSent) return void outgoing.destroy();
    outgoing.writeHead(502).end();
  }
  await look();
  const looking = setInterval(() => void look(), LOOK_EVERY_MS);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    failures,
    count: (target) => counts.get(target) ?? 0,
    async stop() {
      clearInterval(looking);
      await closeServer(server);
      agent.destroy();
    },
  };
}

async function isReady(target: string): Promise<boolean> {
  try {
    const response = await fetch(`${target}/readyz`, { signal: AbortSignal.timeout(LOOK_TIMEOUT_MS) });
    await response.body?.cancel();
    return response.status === 200;
  } catch {
    return false;
  }
}

interface Passage {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly fail: (why: string) => void;
}

function pass(agent: Agent, target: string, { fail, incoming, outgoing }: Passage): void {
  const { headers, method, url = '/' } = incoming;
  const onward = request(new URL(url, target), { agent, method, headers }, (answer) => {
    if ((answer.statusCode ?? 0) >= 500) fail(`it answers ${answer.statusCode}`);
    else outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing, { end: true });
  });
  onward.on('error', (error) => fail(error.message));
  incoming.pipe(onward);
}
