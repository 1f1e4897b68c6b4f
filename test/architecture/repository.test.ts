import { expectNone } from './support/findings.js';
import { filesBelow, ROOT, read } from './support/repository.js';

const TEXT = /\.(?:[cm]?[jt]sx?|json|ya?ml|md|css|html|svg|sh)$|\/(?:run|Dockerfile|[^/.]*|\.[a-z]+)$/;

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
