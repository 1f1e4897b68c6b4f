import type { Redis } from 'ioredis';

/** Every key that begins with `prefix`, and what it holds. */
export async function readKeys(redis: Redis, prefix: string): Promise<Buffer> {
  const found = await redis.keys(`${prefix}*`);
  return Buffer.concat([Buffer.from(found.join()), ...(await Promise.all(found.map((key) => contentsOf(redis, key))))]);
}

/** What a key holds, whatever it is. */
async function contentsOf(redis: Redis, key: string): Promise<Buffer> {
  switch (await redis.type(key)) {
    case 'string':
      return (await redis.getBuffer(key)) ?? Buffer.alloc(0);
    case 'set':
      return Buffer.concat(await redis.smembersBuffer(key));
    case 'zset':
      return Buffer.concat(await redis.zrangeBuffer(key, 0, '-1'));
    case 'list':
      return Buffer.concat(await redis.lrangeBuffer(key, 0, '-1'));
    case 'hash':
      return Buffer.from(JSON.stringify(await redis.hgetall(key)));
    case 'stream':
      return Buffer.from(JSON.stringify(await redis.xrange(key, '-', '+')));
    default:
      return Buffer.alloc(0);
  }
}
