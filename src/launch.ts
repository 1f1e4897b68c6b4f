#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Script } from 'node:vm';

/**
 * The program as it is built: runs `service.js` beside it, which holds the whole service, with the code that the build has
 * compiled ahead. V8 takes that only for its own version and flags; without it, the service starts all the same, slower.
 */
const file = join(__dirname, 'service.js');

function compiledAhead(): Buffer | undefined {
  try {
    return readFileSync(`${file}.cache`);
  } catch {
    return undefined;
  }
}

const cachedData = compiledAhead();
const service = new Script(readFileSync(file, 'latin1'), { filename: file, ...(cachedData ? { cachedData } : {}) });
service.runInThisContext()(exports, require, module, file, __dirname);
