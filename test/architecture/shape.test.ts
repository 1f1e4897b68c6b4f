import { expectNone } from './support/findings.js';
import { readImports } from './support/imports.js';
import { methodCounts } from './support/port-size.js';
import { codeBelow, read } from './support/repository.js';

const MAX_LINES = 300;
const MAX_METHODS = 8;

const ports = codeBelow('src').filter((file) => file.endsWith('.port.ts'));

describe('the shape of the code', () => {
  it('keeps files readable', () => {
    expectNone(
      codeBelow('src', 'adapters', 'playground')
        .map((file) => ({ file, lines: read(file).trimEnd().split('\n').length }))
        .filter(({ lines }) => lines > MAX_LINES)
        .map(({ file, lines }) => ({
          what: `${file} has ${lines} lines`,
          why: `A file that one sitting cannot hold hides things; ${MAX_LINES} lines is the limit.`,
          fix: 'Find the second thing in it and give it a file of its own.',
        })),
    );
  });

  it('keeps ports small', () => {
    expect(ports.length).toBeGreaterThan(5);
    expectNone(
      ports
        .flatMap((file) => methodCounts(file, read(file)).map((size) => ({ file, ...size })))
        .filter(({ methods }) => methods > MAX_METHODS)
        .map(({ file, name, methods }) => ({
          what: `${file}: ${name} has ${methods} methods`,
          why: `Every driver and every fake must write each method; ${MAX_METHODS} is the limit.`,
          fix: 'Split the port by who uses it, or do it with the methods that are there.',
        })),
    );
  });

  it('keeps ports free of everything but our own types', () => {
    expectNone(
      ports
        .flatMap((file) => readImports(file, read(file)))
        .filter(({ specifier, isTypeOnly }) => !isTypeOnly || !specifier?.startsWith('.'))
        .map(({ from, line, specifier }) => ({
          what: `${from}:${line} imports ${specifier}`,
          why: 'A port says what is needed in our words, so that any driver can stand behind it.',
          fix: 'Import types of src only (`import type`).',
        })),
    );
  });

  it('has ports in src and drivers in adapters', () => {
    expectNone(
      codeBelow('adapters', 'playground')
        .filter((file) => file.endsWith('.port.ts'))
        .map((file) => ({
          what: `${file} is a port outside src`,
          why: 'A port belongs to the code that needs it.',
          fix: 'Move it beside that code in src.',
        })),
    );
  });

  it('counts the methods of an interface', () => {
    const text = 'export interface A { readonly b: string; c(): void; readonly d: () => void; e?(f: string): void }';

    expect(methodCounts('src/a.port.ts', text)).toEqual([{ name: 'A', methods: 3 }]);
  });
});
