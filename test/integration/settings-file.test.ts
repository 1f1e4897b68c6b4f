import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import manifest from '../../package.json';

const ROOT = path.resolve(__dirname, '../..');
/** Each command of the program is a process that begins anew. */
const MANY_COMMANDS_MS = 150_000;
const OUT_OF = ['--import', require.resolve('tsx'), path.join(ROOT, 'src/main.ts')];

describe('a file of settings', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'behalf-settings-'));
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function behalf(settings: Readonly<Record<string, string>>, ...words: readonly string[]) {
    const env = { PATH: process.env['PATH'] ?? '', ...settings };
    return new Promise<{ readonly code: number; readonly text: string }>((done) => {
      const child = execFile(process.execPath, [...OUT_OF, ...words], { cwd: folder, env }, (_error, out, err) =>
        done({ code: child.exitCode ?? -1, text: out + err }),
      );
    });
  }

  const key = (id: string) => `${id}:${Buffer.alloc(32, 7).toString('base64')}`;

  it(
    'is read where it is named, and variables of the environment win',
    async () => {
      writeFileSync(
        path.join(folder, '.env'),
        `# keys\nENCRYPTION_KEYS="${key('file')}"\nexport LOG_LEVEL=info # all\n`,
      );
      const list = ['keys', 'list', '--settings=.env'];
      expect((await behalf({}, ...list)).text).toBe('file: encrypts, from the environment\n');
      expect((await behalf({ ENCRYPTION_KEYS: key('own') }, ...list)).text).toMatch(/^own: encrypts/);
      expect((await behalf({}, 'keys', 'list')).text).toContain('There are no keys in the configuration');
    },
    MANY_COMMANDS_MS,
  );

  it(
    'is named by npm start and npm run behalf, and may be missing there',
    async () => {
      expect(manifest.scripts.start).toMatch(/ start --settings=\.env$/);
      expect(manifest.scripts.behalf).toMatch(/ --settings=\.env$/);
      expect((await behalf({}, '--settings=.env', 'keys', 'list')).code).toBe(0);
      expect(await behalf({}, 'keys', 'list', '--settings', 'other.env')).toEqual({
        code: 2,
        text: 'behalf: There is no other.env (--settings)\n',
      });
      writeFileSync(path.join(folder, '.env'), 'PORT=canary\n');
      const started = await behalf({ ENCRYPTION_KEYS: key('k1') }, 'start', '--settings=.env');
      expect(started).toEqual({ code: 2, text: expect.stringContaining('PORT') });
      expect(started.text).not.toContain('canary');
    },
    MANY_COMMANDS_MS,
  );

  it(
    'that is broken is refused with every line, and nothing of it is shown',
    async () => {
      const lines = ['A=1', 'SLACK_BOT_TOKEN canary', 'B="two', 'lines"', 'C=can#ary', "D='canary", 'E=5'];
      writeFileSync(path.join(folder, '.env'), lines.join('\n'));
      expect(await behalf({}, 'keys', 'list', '--settings=.env')).toEqual({
        code: 2,
        text: [
          'behalf: .env:2 is not NAME=value; a comment begins with #',
          '.env:5 has a # in its value: put the value into quotation marks',
          '.env:6 begins with a quotation mark that is not closed\n',
        ].join('\n'),
      });
      rmSync(path.join(folder, '.env'));
      mkdirSync(path.join(folder, '.env'));
      expect(await behalf({}, 'keys', 'list', '--settings=.env')).toEqual({
        code: 2,
        text: 'behalf: .env is a folder: it must be a file with one NAME=value a line\n',
      });
    },
    MANY_COMMANDS_MS,
  );
});
