import manifest from '../package.json';

/** The flags of Node with which `npm start` and the image start the service: code that is compiled ahead is good for these alone. */
export const SERVICE_FLAGS: readonly string[] = manifest.scripts.start
  .split(' ')
  .filter((word) => word.startsWith('--'));
