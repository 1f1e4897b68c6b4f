#!/usr/bin/env node
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { Script } from 'node:vm';

/** More than the largest file of the build. Room in the address space: memory is taken for what is read alone. */
const MOST_BYTES = 64 * 1024 * 1024;

// What newer versions of V8 have by themselves: before that much work, undici's parser is not worth 40 MB and 0.1 s to optimise.
setFlagsFromString('--wasm-tiering-budget=13000000');

/**
 * The program as it is built: the files of the service beside it, each loaded when it is first asked for, with the code that
 * the build has compiled ahead. V8 takes that only for its own version and flags; without it, all works the same, slower.
 */
export function serviceLoader(onCompiled?: (file: string, script: Script) => void): (name: string) => unknown {
  const loaded = new Map<string, NodeModule['exports']>();
  // One room for all that is read, given back at once: as buffers, megabytes would stay for long.
  const room = new ArrayBuffer(0, { maxByteLength: MOST_BYTES });

  function load(name: string): unknown {
    const known = loaded.get(name);
    if (known !== undefined) return known.exports;
    const file = join(__dirname, name);
    const script = compile(file);
    const part = { exports: {} };
    loaded.set(name, part);
    try {
      script.runInThisContext()(part.exports, requireOf, part, file, __dirname);
    } catch (error) {
      // As Node does it: nobody is handed half of it later.
      loaded.delete(name);
      throw error;
    }
    return part.exports;
  }

  function compile(file: string): Script {
    const source = read(file, room)?.toString('latin1');
    if (source === undefined) throw new Error(`${file} is missing: the build is not whole`);
    const cachedData = read(`${file}.cache`, room);
    const script = new Script(source, { filename: file, ...(cachedData ? { cachedData } : {}) });
    room.resize(0);
    onCompiled?.(file, script);
    return script;
  }

  // All names stand in the files of the build; what is none of them, a package or a part of Node, is Node's to load.
  const requireOfNode: (name: string) => unknown = require;
  const requireOf = Object.assign(
    (name: string) => (name.startsWith('./') ? load(name) : requireOfNode(name)),
    require,
  );
  return load;
}

function read(file: string, room: ArrayBuffer): Buffer | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return undefined;
  }
  try {
    const { size } = fstatSync(descriptor);
    room.resize(size);
    const bytes = Buffer.from(room, 0, size);
    for (let at = 0; at < size; ) {
      const count = readSync(descriptor, bytes, at, size - at, null);
      if (count === 0) return undefined;
      at += count;
    }
    return bytes;
  } finally {
    closeSync(descriptor);
  }
}

// The build loads the service itself, to keep what V8 has compiled.
if (require.main === module) serviceLoader()('./service.js');
