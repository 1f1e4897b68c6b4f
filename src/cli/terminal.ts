import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { BehalfError } from '../kernel/errors.js';

/** Questions to whoever sits at the terminal, or to lines that are piped in. */
export class Terminal {
  readonly #lines: Interface;
  readonly #answers: AsyncIterator<string>;
  #isSilent = false;

  constructor(input: NodeJS.ReadStream, output: NodeJS.WritableStream) {
    const echo = new Writable({
      write: (chunk, _encoding, done) => {
        if (!this.#isSilent) output.write(chunk);
        done();
      },
    });
    this.#lines = createInterface({ input, output: echo, terminal: input.isTTY });
    this.#answers = this.#lines[Symbol.asyncIterator]();
  }

  /** The next line; a secret leaves no echo. Rejects with `connection.invalid` where there is none. */
  async ask(title: string, { secret = false }: { readonly secret?: boolean } = {}): Promise<string> {
    this.#lines.setPrompt(`${title}: `);
    this.#lines.prompt();
    this.#isSilent = secret;
    const answer = await this.#answers.next();
    this.#isSilent = false;
    if (secret) process.stdout.write('\n');
    if (answer.done === true) throw new BehalfError('connection.invalid', `No ${title} was given`);
    return answer.value.trim();
  }

  close(): void {
    this.#lines.close();
  }
}
