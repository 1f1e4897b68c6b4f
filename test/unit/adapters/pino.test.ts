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
