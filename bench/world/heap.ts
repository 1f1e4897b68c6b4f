import { WebSocket } from 'undici';
import { z } from 'zod';

const pagesShape = z.array(z.object({ webSocketDebuggerUrl: z.string() }));
const answerShape = z.object({ id: z.number(), result: z.object({ usedSize: z.number().optional() }) });

/** Bytes that are reachable in a process that runs with `--inspect=127.0.0.1:<port>`: garbage is thrown away first. */
export async function reachableBytes(port: number): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [page] = pagesShape.parse(await response.json());
  if (page === undefined) throw new Error('The process lets nobody look into its heap');
  const socket = new WebSocket(page.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  let asked = 0;
  const ask = (method: string): Promise<number | undefined> => {
    asked += 1;
    const id = asked;
    const answer = new Promise<number | undefined>((resolve) => {
      socket.addEventListener('message', ({ data }) => {
        const read = answerShape.safeParse(JSON.parse(String(data)));
        if (read.success && read.data.id === id) resolve(read.data.result.usedSize);
      });
    });
    socket.send(JSON.stringify({ id, method }));
    return answer;
  };
  await ask('HeapProfiler.collectGarbage');
  await ask('HeapProfiler.collectGarbage');
  const used = await ask('Runtime.getHeapUsage');
  socket.close();
  return used ?? Number.NaN;
}
