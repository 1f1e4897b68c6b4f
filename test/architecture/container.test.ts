import { parse } from 'yaml';
import { z } from 'zod';
import { SERVICE_FLAGS } from '../../scripts/service-flags.js';
import { describeSettings } from '../../src/settings.js';
import { expectNone } from './support/findings.js';
import { exists, read } from './support/repository.js';

const dockerfile = read('Dockerfile')
  .replaceAll(/\\\n/g, ' ')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'));
const ignore = read('.dockerignore').split('\n');
const settings = new Set(describeSettings().map(({ name }) => name));

const Service = z.looseObject({
  environment: z.record(z.string(), z.string()).optional(),
  env_file: z.string().optional(),
  volumes: z.array(z.string()).optional(),
  healthcheck: z.unknown().optional(),
  read_only: z.boolean().optional(),
  command: z.array(z.string()).optional(),
});
const Compose = z.looseObject({ services: z.record(z.string(), Service) });

/** What an instruction of the Dockerfile says, by its name. */
function instructions(name: string): readonly string[] {
  return dockerfile.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1).trim());
}

describe('the image', () => {
  it('is built from files that exist and that .dockerignore lets through', () => {
    const sources = instructions('COPY')
      .filter((copy) => !copy.startsWith('--from'))
      .flatMap((copy) => copy.split(/\s+/).slice(0, -1));

    expect(sources.length).toBeGreaterThan(5);
    expectNone(
      sources
        .filter((source) => !exists(source) || !ignore.includes(`!${source.split('/')[0]}`))
        .map((source) => ({
          what: `Dockerfile copies ${source}`,
          why: 'It is not in the repository, or .dockerignore keeps it out: the build would fail.',
          fix: 'Correct the path, or let it through in .dockerignore.',
        })),
    );
  });

  it('runs as node, without npm, and says how it is', () => {
    const final = dockerfile.slice(dockerfile.findLastIndex((line) => line.startsWith('FROM ')));

    expect(final).toContain('USER node');
    expect(final).toContain('STOPSIGNAL SIGTERM');
    expect(final.find((line) => line.startsWith('HEALTHCHECK '))).toContain('scripts/healthcheck.mjs');
    expect(final.find((line) => line.startsWith('RUN '))).toContain('/usr/local/lib/node_modules');
    expect(final.filter((line) => line.startsWith('ENV ')).join(' ')).toContain('NODE_ENV=production');
  });

  it('says what it is made of and from', () => {
    const { license, version } = z
      .object({ license: z.string(), version: z.string() })
      .parse(JSON.parse(read('package.json')));
    const [labels = ''] = instructions('LABEL');

    expect(labels).toContain(`org.opencontainers.image.licenses="${license}"`);
    expect(labels).toContain(`org.opencontainers.image.version="${version}"`);
    for (const name of ['REVISION', 'NODE_IMAGE']) expect(labels).toContain(`\${${name}}`);
    expect(instructions('RUN').join()).toContain('npm run -s sbom > sbom.json');
    expect(instructions('COPY')).toContain('--from=build /app/sbom.json ./sbom.json');
  });

  it('is built from the lock file alone, on a base that is named to its version', () => {
    expect(instructions('RUN').filter((run) => /npm (?:i|install|add|update)\b/.test(run))).toEqual([]);
    expect(instructions('RUN').some((run) => run.startsWith('npm ci '))).toBe(true);
    expect(instructions('ARG').find((arg) => arg.startsWith('NODE_IMAGE='))).toMatch(/^NODE_IMAGE=node:\d+-\w+-slim$/);
  });

  it('starts what the package names as its program', () => {
    const { bin } = z.object({ bin: z.object({ behalf: z.string() }) }).parse(JSON.parse(read('package.json')));

    expect(instructions('ENTRYPOINT')).toEqual([
      JSON.stringify(['node', ...SERVICE_FLAGS, bin.behalf]).replaceAll(',', ', '),
    ]);
  });

  it('sets only variables that the service knows', () => {
    const names = instructions('ENV').flatMap((line) => line.split(' ').map((pair) => pair.split('=')[0] ?? ''));

    expect(names.filter((name) => !settings.has(name))).toEqual([]);
  });
});

describe('compose.yaml', () => {
  const { services } = Compose.parse(parse(read('compose.yaml')));

  it('sets only variables that the service knows', () => {
    const names = Object.keys(services['behalf']?.environment ?? {});

    expect(names).toContain('REDIS_URL');
    expect(names.filter((name) => !settings.has(name))).toEqual([]);
  });

  it('mounts what the service reads, and nothing that it could write but its data', () => {
    const volumes = services['behalf']?.volumes ?? [];

    expect(volumes.filter((volume) => volume.endsWith(':ro')).map((volume) => volume.split(':')[1])).toEqual([
      '/config',
    ]);
    expect(volumes.filter((volume) => !volume.endsWith(':ro'))).toEqual(['behalf-data:/data']);
    expect(services['behalf']?.read_only).toBe(true);
  });

  it('runs Redis so that it forgets nothing', () => {
    const command = services['redis']?.command?.join(' ');

    expect(command).toContain('--appendonly yes');
    expect(command).toContain('--maxmemory-policy noeviction');
    expect(services['redis']?.healthcheck).toBeDefined();
  });
});
