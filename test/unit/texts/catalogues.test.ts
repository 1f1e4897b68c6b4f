import { isDeepStrictEqual } from 'node:util';
import { english, type Texts } from '../../../src/texts/english.js';
import { formatsFor } from '../../../src/texts/formats.js';
import { german } from '../../../src/texts/german.js';
import { languages, textsFor } from '../../../src/texts/texts-for.js';

/** Arguments that texts are rendered with, by how often they are asked for. */
const SAMPLES = ['Acme', 'Beta', 'Gamma', 'Delta'];

/** What stands at a path, rendered with arguments of every kind that it might take; what does not fit a text is left out. */
function renderings(text: unknown): readonly string[] {
  if (typeof text === 'string') return [text];
  if (Array.isArray(text)) return [text.map((span: { text: string }) => span.text).join('')];
  if (typeof text !== 'function') return [];
  const kinds: readonly (readonly unknown[])[] = [
    SAMPLES,
    [['Acme', 'Beta'], 'Gamma', 'Delta'],
    ['Acme', ['Beta'], ['Gamma']],
    ['Acme', ['Beta'], true, 'Gamma'],
    ['Acme', 2, 3],
    [1, 2],
    [3_600_000, 'Acme'],
    ['Acme', { min: 1, maxLength: 5 }],
    [{ account: 'Acme', app: 'Beta', domains: ['a.example'], organizations: ['b'] }],
    ['Acme', undefined],
  ];
  return kinds.flatMap((given) => {
    try {
      return renderings((text as (...args: readonly unknown[]) => unknown)(...given));
    } catch {
      return [];
    }
  });
}

/** Every text of a catalogue, by where it stands. */
function entries(node: object, path = ''): readonly (readonly [string, unknown])[] {
  return Object.entries(node).flatMap(([name, value]: [string, unknown]) => {
    const at = path === '' ? name : `${path}.${name}`;
    if (['format', 'locale', 'direction'].includes(at)) return [];
    const isGroup = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isGroup ? entries(value, at) : [[at, value] as const];
  });
}

const source = new Map(entries(english(formatsFor('en'))));
const catalogues: readonly (readonly [string, Texts])[] = languages().map((name) => [name, textsFor(name)]);

describe.each(catalogues)('the texts in %s', (_name, texts) => {
  const all = entries(texts);

  it('are those that the source has', () => {
    expect(all.map(([at]) => at).sort()).toEqual([...source.keys()].sort());
  });

  it('render to words, with nothing missing inside', () => {
    const broken = all.filter(([, text]) => {
      const rendered = renderings(text);
      const isBad = (words: string) => words.trim() === '' || /\[object|\bNaN\b|function/u.test(words);
      return rendered.length === 0 || rendered.every(isBad) || renderings(text)[0] === '';
    });

    expect(broken.map(([at]) => at)).toEqual([]);
  });

  it('show no internals and hold no markup', () => {
    const words = all.flatMap(([at, text]) => renderings(text).map((rendered) => `${at}: ${rendered}`));

    expect(
      words.filter((line) =>
        /[<>]|\b(?:undefined token|stack|null|redis|exception|https?:\/\/(?!example))/iu.test(line),
      ),
    ).toEqual([]);
  });

  it.each([
    [
      'buttons',
      75,
      [
        'help.run',
        'help.help',
        'help.previousPage',
        'help.nextPage',
        'help.connections',
        'commands.choose',
        'commands.fillInForm',
        'commands.cancel',
        'connections.disconnect',
        'connections.delete',
        'connections.deleteIt',
        'connections.keepIt',
        'logins.login',
        'jobs.cancel',
        'asks.choose',
        'asks.answer',
        'asks.typeHere',
        'replies.open',
        'chat.addMe',
        'chat.helpButton',
      ],
    ],
    ['the frame of a modal', 24, ['forms.submit', 'forms.cancel', 'forms.answerTitle']],
    [
      'options and placeholders',
      75,
      ['forms.yes', 'forms.choose', 'replies.choose', 'connections.label', 'help.allCommands'],
    ],
  ])('fit into the room of %s: %i characters', (_place, most, places) => {
    const found = new Map(all);
    const long = places.filter((at) => renderings(found.get(at)).some((words) => words.length > most));

    expect(places.filter((at) => !found.has(at))).toEqual([]);
    expect(long).toEqual([]);
  });

  it('keep what is typed as it is, in code', () => {
    const spans = [...texts.help.builtIn, ...texts.help.unknown, ...texts.chat.welcome, ...texts.commands.fileAlone];
    const typed = spans.filter(({ style }) => style === 'code').map(({ text }) => text);

    expect(new Set(typed)).toEqual(
      new Set(['help', 'cancel', 'personal_connections', ...Object.values(texts.commands.words)]),
    );
  });
});

describe('the German texts', () => {
  it('leave nothing in English', () => {
    const same = entries(german(formatsFor('de'))).filter(([at, text]) => {
      return isDeepStrictEqual(renderings(text), renderings(source.get(at)));
    });

    expect(same.map(([at]) => at)).toEqual([]);
  });

  it('use words for one and for many', () => {
    const { commands, connections, replies } = german(formatsFor('de'));

    expect(connections.waiting(1)).toBe('Eine Anfrage wartet darauf.');
    expect(connections.waiting(3)).toBe('3 Anfragen warten darauf.');
    expect(replies.moreRows(1)).toBe('… und 1 weitere Zeile.');
    expect(
      commands
        .cancelledOne('R', 2)
        .map(({ text }) => text)
        .join(''),
    ).toBe('Abgebrochen: R. 2 weitere Anfragen warten noch.');
  });
});
