import {
  expiredMessage,
  failedMessage,
  loginPromptMessage,
  recipeGoneMessage,
  resumingMessage,
} from '../../../src/jobs/messages.js';
import { textsFor } from '../../../src/texts/texts-for.js';

const texts = textsFor(undefined);

const wanted = (title: string, reason?: string) => ({
  title,
  url: `https://x/${title}`,
  token: title,
  ...(reason === undefined ? {} : { reason }),
});

function promptFor(titles: readonly string[], connected: { title: string; account: string }[] = []) {
  return loginPromptMessage({
    recipe: 'Do it',
    wanted: titles.map((title) => wanted(title)),
    connected,
    cancelToken: 'cancel',
    texts,
  });
}

describe('what a job says', () => {
  test('asks for one, two and three apps in a sentence', () => {
    expect(promptFor(['A']).fallback).toBe('Please connect to A to continue with Do it.');
    expect(promptFor(['A', 'B']).fallback).toBe('Please connect to A and B to continue with Do it.');
    expect(promptFor(['A', 'B', 'C']).fallback).toBe('Please connect to A, B and C to continue with Do it.');
  });

  test('labels Login with the app where there is more than one', () => {
    const labels = (message: ReturnType<typeof promptFor>) =>
      message.blocks.flatMap((block) => (block.kind === 'buttons' ? block.buttons.map(({ label }) => label) : []));
    expect(labels(promptFor(['A']))).toEqual(['Login', 'Cancel']);
    expect(labels(promptFor(['A'], [{ title: 'B', account: 'b' }]))).toEqual(['Login to A', 'Cancel']);
  });

  test('leaves out an account that it does not know', () => {
    expect(resumingMessage('Do it', [{ title: 'A', account: '' }], texts).fallback).toBe(
      'A is connected. Working on Do it…',
    );
    expect(promptFor(['A'], [{ title: 'B', account: '' }]).fallback).toContain('✓ B is connected.');
  });

  test('says why an earlier login does not do', () => {
    const message = loginPromptMessage({
      recipe: 'Do it',
      wanted: [wanted('A', 'The app has ended the login')],
      connected: [],
      cancelToken: 'c',
      texts,
    });
    expect(message.fallback).toContain('A: The app has ended the login');
  });

  test('tells how far a job came whose recipe is gone', () => {
    expect(recipeGoneMessage('R', 'nothing', texts).fallback).toContain('Please type the command again.');
    expect(recipeGoneMessage('R', 'something', texts).fallback).toContain('What had been done before stays done');
    expect(recipeGoneMessage('R', 'unknown', texts).fallback).toContain('cannot tell whether it was done');
  });

  test('joins a failure to the log, and has every word in plain text, too', () => {
    const message = failedMessage('R', 'It broke.', 'abcd1234', texts);
    expect(message.fallback).toBe('R did not work. It broke. (reference abcd1234)');
    expect(JSON.stringify(message.blocks)).toContain('Reference abcd1234');
    expect(expiredMessage('R', 30, texts).fallback).toContain('within 30 minutes');
  });
});
