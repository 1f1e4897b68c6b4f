import { isBehalfError } from '../../../../src/kernel/errors.js';
import { systemClock } from '../../../../src/kernel/system-clock.js';
import { openRefreshParts, personOf, type RefreshOrder } from './refresh-parts.js';

/** Asks for everybody's credential until it is killed; a line for each answer: person and `ready`, or what it was instead. */
async function main(order: RefreshOrder): Promise<void> {
  const { connections, parent } = await openRefreshParts(order);
  const ask = async (person: string): Promise<void> => {
    for (;;) {
      const answer = await connections.credentialFor(personOf(person), parent).then(
        ({ kind }) => kind,
        (error: unknown) => (isBehalfError(error) ? error.code : 'foreign error'),
      );
      process.stdout.write(`${person} ${answer}\n`);
      await systemClock.sleep(20);
    }
  };
  await Promise.all(order.people.map(ask));
}

void main(JSON.parse(process.argv[2] ?? ''));
