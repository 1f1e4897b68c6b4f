import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, write } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLogger } from '../../../adapters/pino/index.js';
import { BehalfError } from '../../../src/kernel/errors.js';
import { Secret } from '../../../src/kernel/secret.js';

/** The lines that a logger of this level writes, as objects. */
function record(level = 'debug') {
  const lines: Record<string, unknown>[] = [];
  const logger = createLogger({ level, destination: { write: (line) => void lines.push(JSON.parse(line)) } });
  return { logger, lines };
}

describe('the log', () => {
  test('has one JSON object a line, with time, level, message and facts', () => {
    const { lines, logger } = record();
    logger.info({ jobId: 'j1', ms: 5 }, 'job finished');
    logger.child({ requestId: 'r1' }).warn({}, 'again');
    expect(lines).toEqual([
      { level: 'info', time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/), jobId: 'j1', ms: 5, msg: 'job finished' },
      { level: 'warn', time: expect.any(String), requestId: 'r1', msg: 'again' },
    ]);
  });

  test('joins each line with what is current, where something is', () => {
    const lines: Record<string, unknown>[] = [];
    const current: { trace?: { readonly trace_id: string } | undefined } = { trace: { trace_id: 't1' } };
    const logger = createLogger({
      level: 'info',
      destination: { write: (line) => void lines.push(JSON.parse(line)) },
      joinWith: () => current.trace,
    });
    logger.info({ jobId: 'j1' }, 'in a span');
    current.trace = undefined;
    logger.info({ jobId: 'j1' }, 'outside');
    expect(lines).toMatchObject([{ jobId: 'j1', trace_id: 't1', msg: 'in a span' }, { msg: 'outside' }]);
    expect(lines[1]).not.toHaveProperty('trace_id');
  });

  test('leaves out what is below its level', () => {
    const { lines, logger } = record('warn');
    logger.debug({}, 'a');
    logger.info({}, 'b');
    logger.error({}, 'c');
    expect(lines.map(({ msg }) => msg)).toEqual(['c']);
  });

  test('shows code, reference, message and details of our errors', () => {
    const { lines, logger } = record();
    const err = new BehalfError('app.forbidden', 'crm.create was answered 403', { details: { status: 403, code: 7 } });
    logger.warn({ err }, 'job failed');
    expect(lines[0]?.['err']).toEqual({
      code: 'app.forbidden',
      ref: err.ref,
      message: 'crm.create was answered 403',
      status: 403,
    });
  });

  test('never shows a secret, wherever it stands', () => {
    const { lines, logger } = record();
    const token = new Secret('canary');
    logger.info({ value: token, deep: { list: [token], tokens: { accessToken: token } } }, `with ${token}`);
    logger.info({ call: { authorization: 'canary', access_token: 'canary', client_secret: 'canary' } }, 'call');
    logger.info({ login: { password: 'canary', token: 'canary', refresh_token: 'canary' } }, 'login');
    logger.child({ secret: token }).info({}, 'child');
    logger.child({ call: { token: 'canary' } }).info({}, 'child');
    logger.error({ err: new BehalfError('internal', 'failed', { details: { token: 'canary' } }) }, 'failed');
    expect(JSON.stringify(lines)).not.toContain('canary');
    expect(JSON.stringify(lines)).toContain('[redacted]');
  });

  test('cuts errors of others down to name, code and place', () => {
    const { lines, logger } = record();
    const error = Object.assign(new TypeError('canary in the message'), {
      code: 'ECONNRESET',
      config: { headers: { authorization: 'canary' } },
      response: { body: 'canary' },
    });
    logger.error({ err: error }, 'failed');
    logger.error({ err: 'canary' }, 'failed');
    logger.error({ err: undefined }, 'failed');
    expect(JSON.stringify(lines)).not.toContain('canary');
    expect(lines[0]?.['err']).toEqual({
      message: expect.stringMatching(/^TypeError \(ECONNRESET\) at .*pino\.test\.ts/),
    });
  });

  test('cuts errors down under any name', () => {
    const { lines, logger } = record();
    const error = Object.assign(new Error('canary'), { config: { token: 'canary', url: 'https://x/?key=canary' } });
    logger.error({ reason: error, error }, 'failed');
    expect(JSON.stringify(lines)).not.toContain('canary');
  });
});

describe('what the log writes to a file descriptor', () => {
  let folder: string;
  let fd: number;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'behalf-log-'));
    fd = openSync(path.join(folder, 'log'), 'a');
  });
  afterEach(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  const written = () => readFileSync(path.join(folder, 'log'), 'utf8');

  async function untilWritten(text: string): Promise<readonly Record<string, unknown>[]> {
    for (let look = 0; look < 2_000 && !written().includes(text); look += 1)
      await new Promise((resolve) => setTimeout(resolve, 5));
    return written()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  }

  test('is all there, in order, after many warnings at once, of which nobody has to wait for another', async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error) => void warnings.push(warning);
    process.on('warning', listen);
    try {
      const logger = createLogger({ level: 'info', fd });
      for (let index = 0; index < 50; index += 1) logger.warn({ index }, 'careful');
      logger.error({}, 'the last');
      const lines = await untilWritten('the last');
      expect(lines.map(({ index }) => index)).toEqual([...Array.from({ length: 50 }, (_, index) => index), undefined]);
    } finally {
      process.off('warning', listen);
    }
    expect(warnings.map(({ message }) => message)).toEqual([]);
  });

  test('is bounded: lines that find no room are counted, and the log says how many', async () => {
    let lost = 0;
    const logger = createLogger({
      level: 'info',
      fd,
      onLost: () => {
        lost += 1;
      },
    });
    const long = 'x'.repeat(1024 * 1024);
    for (let index = 0; index < 12; index += 1) logger.info({ index, long }, 'much');
    expect(lost).toBe(5);
    const lines = await untilWritten('were lost');
    expect(lines.map(({ index, lost: told }) => told ?? index)).toEqual([0, 1, 2, 3, 4, 5, 6, 5]);
    logger.warn({}, 'goes on');
    expect((await untilWritten('goes on')).at(-1)).toMatchObject({ msg: 'goes on' });
    expect(lost).toBe(5);
  });

  test('ends nothing where it cannot be written', async () => {
    // Left open: what waits must not go to another file that gets its number.
    const refusing = openSync(path.join(folder, 'log'), 'r');
    const logger = createLogger({ level: 'info', fd: refusing });
    for (let turn = 0; turn < 20; turn += 1) {
      logger.error({}, 'for nobody');
      const refused = await new Promise((resolve) => write(refusing, 'x', resolve));
      expect(refused).toMatchObject({ code: 'EBADF' });
    }
    expect(written()).toBe('');
  });
});
