import type { ConversationRef } from '../../../src/chat/conversation.js';
import { withWorkingSign } from '../../../src/jobs/working-sign.js';
import { createManualClock, type ManualClock } from '../../support/clocks.js';

const conversation: ConversationRef = { platform: 'teams', kind: 'direct', address: {} };

interface Sign {
  readonly clock: ManualClock;
  readonly shown: number[];
  readonly done: Promise<string>;
  finish(): void;
  fail(): void;
}

function begin(showWorking?: () => Promise<void>): Sign {
  const clock = createManualClock(0);
  const shown: number[] = [];
  let finish = (): void => {};
  let fail = (): void => {};
  const work = new Promise<string>((resolve, reject) => {
    finish = () => resolve('done');
    fail = () => reject(new Error('the work failed'));
  });
  const show = async (): Promise<void> => {
    shown.push(clock.now());
    await showWorking?.();
  };
  const done = withWorkingSign({ sign: { show }, conversation, clock }, () => work);
  return { clock, shown, done, finish, fail };
}

describe('the sign that the bot is at work', () => {
  it('is not shown for work that is done in a moment', async () => {
    const { clock, done, finish, shown } = begin();
    await clock.advance(1_000);
    finish();
    expect(await done).toBe('done');
    await clock.advance(60_000);
    expect(shown).toEqual([]);
  });

  it('is shown again and again until the work is done', async () => {
    const { clock, done, finish, shown } = begin();
    await clock.advance(10_000);
    finish();
    await done;
    await clock.advance(60_000);
    expect(shown).toEqual([1_500, 5_500, 9_500]);
  });

  it('ends with work that fails, whose error comes through', async () => {
    const { clock, done, fail, shown } = begin();
    await clock.advance(2_000);
    fail();
    await expect(done).rejects.toThrow('the work failed');
    await clock.advance(60_000);
    expect(shown).toEqual([1_500]);
  });

  it('is given up after two minutes', async () => {
    const { clock, shown } = begin();
    await clock.advance(60 * 60_000);
    expect(shown).toHaveLength(30);
    expect(shown.at(-1)).toBeLessThan(120_000);
  });

  it('is given up when it cannot be shown, and the work goes on', async () => {
    const { clock, done, finish, shown } = begin(() => Promise.reject(new Error('no')));
    await clock.advance(60_000);
    finish();
    expect(await done).toBe('done');
    expect(shown).toEqual([1_500]);
  });

  it('is not asked of a chat that has none', async () => {
    const clock = createManualClock(0);
    expect(await withWorkingSign({ sign: undefined, conversation, clock }, async () => 7)).toBe(7);
  });
});
