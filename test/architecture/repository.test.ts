import { z } from 'zod';
import { expectNone } from './support/findings.js';
import { filesBelow, ROOT, read } from './support/repository.js';

const TEXT = /\.(?:[cm]?[jt]sx?|json|ya?ml|md|css|html|svg|sh)$|\/(?:run|Dockerfile|[^/.]*|\.[a-z]+)$/;

const { packages } = z
  .object({
    packages: z.record(z.string(), z.object({ optionalDependencies: z.record(z.string(), z.string()).optional() })),
  })
  .parse(JSON.parse(read('package-lock.json')));

/** The folders from which a package in `folder` can be loaded, the nearest first. */
function placesOf(folder: string, name: string): readonly string[] {
  const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
  if (folder === '') return [place];
  return [place, ...placesOf(folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/'))), name)];
}

describe('the repository', () => {
  it('names no registry in the lock file', () => {
    const lines = read('package-lock.json').split('\n');

    expectNone(
      lines
        .map((line, index) => ({ line, place: `package-lock.json:${index + 1}` }))
        .filter(({ line }) => /"resolved":|registry\./.test(line))
        .slice(0, 5)
        .map(({ place }) => ({
          what: `${place} names where a package was downloaded from`,
          why: 'Whoever installs uses their own registry; the checksum decides what is right.',
          fix: 'Run npm install again: .npmrc leaves the addresses out.',
        })),
    );
  });

  it('can be installed with npm ci on every platform', () => {
    expectNone(
      Object.entries(packages).flatMap(([folder, { optionalDependencies = {} }]) =>
        Object.keys(optionalDependencies)
          .filter((name) => !placesOf(folder, name).some((place) => place in packages))
          .map((name) => ({
            what: `package-lock.json has no entry for ${name} of ${folder}`,
            why: 'npm ci refuses a lock file that lacks a package, also one that is for another platform.',
            fix: 'Run npm install --package-lock-only where the registry has packages for all platforms.',
          })),
      ),
    );
  });

  it('holds no path of the machine that it was written on', () => {
    const home = /(?:\/home|\/Users|C:\\\\Users)[/\\\\][\w.-]+/;
    const isOwnPath = ROOT.split('/').length > 2;

    expectNone(
      filesBelow('.')
        .filter((file) => TEXT.test(`/${file}`) && !/^\.env$/.test(file))
        .flatMap((file) =>
          read(file)
            .split('\n')
            .map((line, index) => ({ line, place: `${file}:${index + 1}` })),
        )
        .filter(({ line }) => home.test(line) || (isOwnPath && line.includes(ROOT)))
        .map(({ place }) => ({
          what: `${place} holds a path of one machine`,
          why: 'Nobody else has that path.',
          fix: 'Write it relative to the repository, or make it a setting.',
        })),
    );
  });
});
