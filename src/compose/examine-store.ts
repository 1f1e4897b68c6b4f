import type { StoreConfig } from '../config.js';
import type { Finding } from '../doctor/examination.port.js';
import type { StoreLook } from './look-at-store.js';
import type { Basics } from './open-stores.js';

const subject = 'store';

/**
 * Whether the store can be used; of the embedded one what a look at it has told, and whether its folder takes a write: opening
 * it would keep a service from starting.
 */
export async function examineStore(config: StoreConfig, look: StoreLook, basics: Basics): Promise<readonly Finding[]> {
  const lost = look.kind === 'known' && look.lostKey !== undefined ? [lostKey(look.lostKey)] : [];
  if (config.store.kind === 'embedded') {
    const { examineFolder } = await import('../../adapters/embedded/examine.js');
    const found = lost.length > 0 ? lost : [embeddedStore(look)];
    const ofFolder = examineFolder(config.store.directory, { isOpen: isOpen(look) });
    // That a store can be read is not worth much where nothing can be written.
    const isWrong = ofFolder.some(({ state }) => state === 'wrong');
    return [...(isWrong ? found.filter(({ state }) => state === 'wrong') : found), ...ofFolder];
  }
  const { examineRedis } = await import('../../adapters/redis/examine.js');
  const found = await examineRedis({
    url: config.store.url.reveal(),
    ...(config.store.caFile === undefined ? {} : { caFile: config.store.caFile }),
    ...basics,
  });
  return [...found, ...lost];
}

function isOpen(look: StoreLook): boolean {
  return look.kind === 'unknown' && look.error?.details['reason'] === 'SQLITE_BUSY';
}

function lostKey(id: string): Finding {
  return {
    subject,
    state: 'wrong',
    says: `it is sealed with a key ${id} that is not among the encryption keys, or is another one there`,
    fix: 'Give all keys that the service has had: without them everybody has to log in anew.',
  };
}

function embeddedStore(look: StoreLook): Finding {
  if (look.kind === 'known') return { subject, state: 'ok', says: 'the embedded store can be read' };
  const { error, lacks, why } = look;
  if (lacks === 'store')
    return { subject, state: 'unknown', says: why, fix: 'It is made when the service first starts.' };
  if (lacks === 'keys') return { subject, state: 'unknown', says: why, fix: 'Give the keys that the service has.' };
  if (isOpen(look)) return { subject, state: 'ok', says: 'the embedded store is open in a running service' };
  switch (error?.details['reason']) {
    case 'older':
      return { subject, state: 'ok', says: `${why}: it is brought up to date when the service starts` };
    case 'newer':
      return { subject, state: 'wrong', says: why };
    default:
      return { subject, state: 'wrong', says: why, fix: error?.code === 'store.corrupt' ? DAMAGED : UNUSABLE };
  }
}

const DAMAGED =
  'Stop the service. behalf restore puts a backup in its place; without one, move the file away: everybody logs in anew then.';
const UNUSABLE = 'Set DATA_DIR to a folder of its own that the service may read and write.';
