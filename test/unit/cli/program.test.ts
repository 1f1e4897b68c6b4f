import { createProgram } from '../../../src/cli/program.js';

describe('a command line', () => {
  const saidOf = async (...words: readonly string[]): Promise<string> => {
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
  };

  it('with a command that does not exist is told so, with those that do', async () => {
    const said = await saidOf('backups', 'copy.db');
    expect(said).toMatch(/^error: there is no command "backups"\n/);
    expect(said).toContain('restore <file>');
  });
});
