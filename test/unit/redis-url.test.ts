import { parseRedisUrl } from '../../adapters/redis/url.js';

describe('Redis URL', () => {
  it.each([
    ['redis://localhost', { kind: 'single', tls: false, address: { host: 'localhost', port: 6379 }, db: 0 }],
    ['redis://10.0.0.1:7000/3', { kind: 'single', tls: false, address: { host: '10.0.0.1', port: 7000 }, db: 3 }],
    [
      'rediss://:pa%40ss@[::1]:6380',
      { kind: 'single', tls: true, password: 'pa@ss', address: { host: '::1', port: 6380 }, db: 0 },
    ],
    [
      'redis+sentinel://bot:pw@one,two:26380/main/2',
      {
        kind: 'sentinel',
        tls: false,
        username: 'bot',
        password: 'pw',
        sentinels: [
          { host: 'one', port: 26379 },
          { host: 'two', port: 26380 },
        ],
        name: 'main',
        db: 2,
      },
    ],
    [
      'rediss+cluster://one:7000,two',
      {
        kind: 'cluster',
        tls: true,
        nodes: [
          { host: 'one', port: 7000 },
          { host: 'two', port: 6379 },
        ],
      },
    ],
  ])('%s is understood', (url, target) => {
    expect(parseRedisUrl(url)).toEqual(target);
  });

  it.each([
    ['http://localhost', 'must look like'],
    ['localhost:6379', 'must look like'],
    ['redis://', 'must look like'],
    ['redis://a:pw/d@host', 'must look like'],
    ['redis://host?db=1', 'must look like'],
    ['redis://onlyuser@host', 'user:password'],
    ['redis://:50%@host', '% must be followed'],
    ['redis://host:70000', 'between 1 and 65535'],
    ['redis://host:port', 'a host is missing'],
    ['redis://host/zero', 'must be a number'],
    ['redis://host/1/2', 'only a database number'],
    ['redis://one,two', 'redis+sentinel:// or redis+cluster://'],
    ['redis+sentinel://one', "master's name"],
    ['redis+cluster://one/1', 'no database number'],
  ])('%s is refused with the reason', (url, reason) => {
    expect(() => parseRedisUrl(url)).toThrow(expect.objectContaining({ code: 'config.invalid' }));
    expect(() => parseRedisUrl(url)).toThrow(reason);
  });

  it('is not repeated in the message, because it may hold a password', () => {
    expect(() => parseRedisUrl('redis://user:hunter2@host:99999')).toThrow(/^(?!.*hunter2)/);
  });
});
