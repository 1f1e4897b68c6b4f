import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Redis } from 'ioredis';

/** Every byte in the files of a folder: what was deleted in a database is still in its pages. */
export function dumpFolder(folder: string): Buffer {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Buffer.concat(files.map((file) => readFileSync(join(file.parentPath, file.name))));
}

/**
 * Every key and value of a Redis, and its append-only file: all that was ever written to it. Start it with
 * {@link READABLE_REDIS}.
 */
export async function dumpRedis(url: string): Promise<Buffer> {
  const redis = new Redis(url);
  try {
    const parts: Buffer[] = [];
    for await (const keys of redis.scanStream({ count: 500 })) {
      for (const key of keys) {
        const value = await redis.dumpBuffer(key);
        parts.push(Buffer.from(key), value ?? Buffer.alloc(0));
      }
    }
    const [, directory = ''] = (await redis.config('GET', 'dir')) as string[];
    return Buffer.concat([...parts, dumpFolder(directory)]);
  } finally {
    redis.disconnect();
  }
}

/** Values as they are, not compressed; and nothing forgotten. */
export const READABLE_REDIS = { appendOnly: true, settings: ['--rdbcompression', 'no'] };
