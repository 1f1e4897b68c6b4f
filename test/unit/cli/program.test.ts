import { createProgram } from '../../../src/cli/program.js';

/** What the command line says to these words, without starting anything. */
async function saidTo(...words: readonly string[]): Promise<string> {
  let said = '';
  const program = createProgram({})
    .exitOverride()
    .configureOutput({
      writeErr: (text) => {
        said += text;
      },
    });
  await expect(program.parseAsync(words, { from: 'user' })).rejects.toMatchObject({ exitCode: 1 });
  return said;
}

describe('the command line', () => {
  it('names a command that there is not, the nearest one, and those that there are', async () => {
    expect(await saidTo('chek')).toMatch(/^error: unknown command 'chek', did you mean check\?\n/);
    expect(await saidTo('fly')).toMatch(/^error: unknown command 'fly'\n/);
    expect(await saidTo('start', 'chek')).toMatch(/^error: unknown command 'chek'/);
    expect(await saidTo('backups', 'copy.db')).toContain('restore <file>');
  });
});
