import manifest from '../package.json';

const [, ...words] = manifest.scripts.start.split(' ');

/** The flags of Node with which `npm start` and the image start the service: code that is compiled ahead is good for these alone. */
export const SERVICE_FLAGS: readonly string[] = words.slice(
  0,
  words.findIndex((word) => !word.startsWith('--')),
);
