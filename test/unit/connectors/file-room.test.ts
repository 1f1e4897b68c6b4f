import { FileRoom } from '../../../src/connectors/file-room.js';
import { settled } from '../../support/at-rest.js';
import { gate } from '../../support/service-kit.js';

const MB = 1024 * 1024;

function file(size?: number) {
  return { name: 'plan.pdf', type: 'application/pdf', ref: 'file.sealed', ...(size === undefined ? {} : { size }) };
}

describe('room for files', () => {
  let room: FileRoom;
  let begun: string[];
  let ends: ReturnType<typeof gate>[];

  beforeEach(() => {
    room = new FileRoom(10 * MB);
    begun = [];
    ends = [];
  });

  function pass(name: string, input: Record<string, unknown>, signal?: AbortSignal): Promise<string> {
    const end = gate();
    ends.push(end);
    return room.during({ input, holder: { signalFor: () => signal } }, async () => {
      begun.push(name);
      await end.opened;
      return name;
    });
  }

  test('is there for four of the largest; more wait, in their order, and small ones do not overtake', async () => {
    const calls = ['a', 'b', 'c', 'd', 'e'].map((name) => pass(name, { file: file(10 * MB) }));
    calls.push(pass('small', { file: file(1) }));
    await settled();
    expect(begun).toEqual(['a', 'b', 'c', 'd']);
    expect(room.waiting).toBe(2);
    ends[2]?.open();
    await settled();
    expect(begun).toEqual(['a', 'b', 'c', 'd', 'e']);
    for (const end of ends) end.open();
    expect(await Promise.all(calls)).toEqual(['a', 'b', 'c', 'd', 'e', 'small']);
    expect(room.waiting).toBe(0);
  });

  test('counts a file of unknown size as the largest, and more files than there is room for as all of it', async () => {
    void pass('unknown', { file: file(), title: 'Plan' });
    void pass('many', Object.fromEntries([1, 2, 3, 4, 5].map((number) => [`file${number}`, file(10 * MB)])));
    await settled();
    expect(begun).toEqual(['unknown']);
    ends[0]?.open();
    await settled();
    expect(begun).toEqual(['unknown', 'many']);
  });

  test('is not needed without a file', async () => {
    void pass('all', Object.fromEntries([1, 2, 3, 4].map((number) => [`file${number}`, file(10 * MB)])));
    await settled();
    void pass('none', { title: 'Plan' });
    await settled();
    expect(begun).toEqual(['all', 'none']);
  });

  test('is given back by what fails, and not waited for by what was given up', async () => {
    void pass('all', Object.fromEntries([1, 2, 3, 4].map((number) => [`file${number}`, file(10 * MB)])));
    const stop = new AbortController();
    const givenUp = pass('given up', { file: file(1) }, stop.signal);
    const failing = room.during({ input: { file: file(1) } }, () => Promise.reject(new Error('no')));
    void pass('last', { file: file(1) });
    stop.abort(new Error('lost'));
    await expect(givenUp).rejects.toThrow('lost');
    ends[0]?.open();
    await expect(failing).rejects.toThrow('no');
    await settled();
    expect(begun).toEqual(['all', 'last']);
    expect(room.waiting).toBe(0);
  });
});
