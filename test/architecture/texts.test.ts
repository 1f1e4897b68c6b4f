import { expectNone } from './support/findings.js';
import { readLiterals } from './support/literals.js';
import { codeBelow, read } from './support/repository.js';

/** Where something is said to people. */
const SPEAKING = [
  'src/commands/',
  'src/jobs/',
  'src/chat/',
  'src/connections/',
  'src/connectors/',
  'src/recipes/file-rules.ts',
  'src/recipes/parameter-values.ts',
  'src/recipes/render-ask.ts',
  'src/recipes/render-reply.ts',
  'src/web/login-routes.ts',
  'src/web/pages/',
  'src/web/sign-in-pages.ts',
  'adapters/slack/',
  'adapters/teams/',
];

/** Sentences that no person of a chat reads, and why. */
const OTHERS: Readonly<Record<string, string>> = {
  'src/connectors/openapi/': 'Written into the file of a connector that an operator makes.',
  'src/connectors/compile': 'Design-time errors for authors of connectors.',
  'src/connectors/resolve': 'Design-time errors for operators.',
  'src/connectors/load': 'Design-time errors for operators.',
  'src/connectors/connections-file.ts': 'Shapes of files: their words stand in the JSON schema.',
  'src/connectors/connector-file.ts': 'Shapes of files: their words stand in the JSON schema.',
  'src/connectors/connector-templates.ts': 'Design-time errors for authors of connectors.',
  'src/connectors/action-file.ts': 'Shapes of files: their words stand in the JSON schema.',
  'src/connectors/auth-file.ts': 'Shapes of files: their words stand in the JSON schema.',
  'src/connectors/schema-parts.ts': 'Shapes of files: their words stand in the JSON schema.',
  'src/connectors/call-limit-file.ts': 'Shapes of files: their words stand in the JSON schema.',
  'src/connectors/keep-alive-file.ts': 'Shapes of files: their words stand in the JSON schema.',
  'src/connectors/app-address.ts': 'For the log: why an address of an app is not used.',
  'src/connectors/built-in-connectors.ts': 'Design-time errors for operators.',
  'src/connectors/file-uses.ts': 'Design-time errors for authors of connectors.',
  'src/connectors/host-rules.ts': 'Design-time errors for authors of connectors.',
  'src/connections/shared-states.ts': 'What `behalf check` and the log say of shared connections.',
  'adapters/slack/manifest.ts': 'The manifest of the Slack app, which its administrators read.',
  'adapters/slack/index.ts': 'What is wrong with the settings.',
  'adapters/teams/app-package.ts': 'The package of the Teams app, which its administrators read.',
  'adapters/slack/examine.ts': 'What behalf doctor says to administrators.',
  'adapters/teams/examine.ts': 'What behalf doctor says to administrators.',
  'adapters/slack/workspace.ts': 'What is wrong with the settings.',
  'adapters/teams/pop-up.ts': 'A script.',
  'adapters/teams/config.ts': 'What is wrong with the settings.',
  'adapters/teams/client-assertion.ts': 'What is wrong with the settings.',
};

const sentence = /\p{L}{2,}(?:['’]\p{L}+)?[,:;]? \p{L}+[,:;]? \p{L}{2,}/u;

describe('texts for people', () => {
  it('stand in the catalogue', () => {
    const files = codeBelow('src', 'adapters').filter(
      (file) =>
        SPEAKING.some((place) => file.startsWith(place)) &&
        !Object.keys(OTHERS).some((place) => file.startsWith(place)),
    );
    const findings = files.flatMap((file) =>
      readLiterals(file, read(file))
        .filter(({ isForOperators, text }) => !isForOperators && sentence.test(text))
        .map(({ line, text }) => ({
          what: `${file}:${line} says "${text.slice(0, 60)}"`,
          why: 'People read their own language: a sentence in the code is English for everybody.',
          fix: 'Move it to src/texts/english/ and the other languages, and say it out of the Texts of the person. A sentence for operators belongs into the log or the message of a BehalfError.',
        })),
    );

    expect(files.length).toBeGreaterThan(100);
    expectNone(findings);
  });

  it('are told from what operators read', () => {
    const code = [
      "logger.warn({ id }, 'one two three');",
      "throw new BehalfError('internal', `four five six seven`, { userText: 'eight nine ten' });",
      "import { a } from './one two three.js';",
    ].join('\n');

    expect(readLiterals('file.ts', code).filter(({ isForOperators }) => !isForOperators)).toEqual([
      { line: 2, text: 'internal', isForOperators: false },
      { line: 2, text: 'eight nine ten', isForOperators: false },
    ]);
  });
});
