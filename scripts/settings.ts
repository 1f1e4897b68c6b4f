import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describeSettings } from '../src/settings.js';

type Setting = ReturnType<typeof describeSettings>[number];

const ROOT = path.resolve(__dirname, '..');
const BEGIN = '<!-- settings -->';
const END = '<!-- /settings -->';
const WIDTH = 110;

/** The whole of `.env.example`, made from the settings in `src/config.ts`. */
export function renderEnvExample(settings: readonly Setting[] = describeSettings()): string {
  const blocks = groups(settings).map(([group, members]) =>
    [`# --- ${group} ${'-'.repeat(WIDTH - group.length - 7)}`, ...members.map(renderVariable)].join('\n\n'),
  );
  const head = [
    '# Settings of Behalf. Copy this file to .env, and take the # away from the lines that you fill in. A value that',
    '# stands here is the default, unless it says "For example". Made by `npm run settings`; do not edit by hand.',
  ];
  return `${head.join('\n')}\n\n${blocks.join('\n\n')}\n`;
}

/** The settings as a Markdown table, for the README. */
export function renderSettingsTable(settings: readonly Setting[] = describeSettings()): string {
  const rows = groups(settings).flatMap(([group, members]) => [
    `| **${group}** | | |`,
    ...members.map(({ name, help, default: value, secret }) => {
      const notes = value === undefined ? '' : `\`${value}\``;
      return `| \`${name}\`${secret ? ' 🔒' : ''} | ${escapeCell(help)} | ${wrapList(notes)} |`;
    }),
  ]);
  return ['| Variable | Meaning | Default |', '|---|---|---|', ...rows].join('\n');
}

/** A Markdown text with the settings between its markers replaced; `undefined` when it has no markers. */
export function replaceSettings(markdown: string): string | undefined {
  const begin = markdown.indexOf(BEGIN);
  const end = markdown.indexOf(END);
  if (begin === -1 || end < begin) return undefined;
  return `${markdown.slice(0, begin + BEGIN.length)}\n${renderSettingsTable()}\n${markdown.slice(end)}`;
}

function groups(settings: readonly Setting[]): readonly (readonly [string, readonly Setting[]])[] {
  const names = [...new Set(settings.map(({ group }) => group))];
  return names.map((name) => [name, settings.filter(({ group }) => group === name)]);
}

function renderVariable({ name, help, default: value, example, secret }: Setting): string {
  const hint = value === undefined && example !== undefined ? '. For example:' : '';
  const lines = wrap(`${secret ? 'Secret. ' : ''}${help}${hint}`).map((line) => `# ${line}`);
  return [...lines, `#${name}=${value ?? example ?? ''}`].join('\n');
}

function wrap(text: string): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length > WIDTH - 3) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** Long lists would stretch the table: a break after each comma. */
function wrapList(text: string): string {
  return text.length > 60 ? text.replaceAll(',', '`,<br>`') : text;
}

/** Writes both, or with `--check` says what is not up to date. */
function main(isCheck: boolean): void {
  const wanted: (readonly [string, string])[] = [['.env.example', renderEnvExample()]];
  const readme = path.join(ROOT, 'README.md');
  const replaced = existsSync(readme) ? replaceSettings(readFileSync(readme, 'utf8')) : undefined;
  if (replaced !== undefined) wanted.push(['README.md', replaced]);
  const stale = wanted.filter(([name, text]) => {
    const file = path.join(ROOT, name);
    return !existsSync(file) || readFileSync(file, 'utf8') !== text;
  });
  const names = stale.map(([name]) => name).join(' and ');
  if (isCheck && stale.length > 0) {
    console.error(`${names}: not what src/config.ts says. Run: npm run settings`);
    process.exitCode = 1;
    return;
  }
  for (const [name, text] of stale) writeFileSync(path.join(ROOT, name), text);
  console.log(stale.length === 0 ? 'Settings are up to date' : `Wrote ${names}`);
}

if (require.main === module) main(process.argv.includes('--check'));
