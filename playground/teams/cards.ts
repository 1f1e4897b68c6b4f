import type * as AdaptiveCards from 'adaptivecards';
import { schemaFindings, withoutAdditions } from './card-schema.js';
import type { CardFinding } from './types.js';

// The package's main file is an ES module without saying so; only its bundle loads in Node.
const library: typeof AdaptiveCards = require('adaptivecards/dist/adaptivecards.js');

export const ADAPTIVE_CARD = 'application/vnd.microsoft.card.adaptive';

/** The newest schema version that all Teams clients, the mobile ones included, draw. */
const NEWEST = { major: 1, minor: 5 };
/** Teams draws six buttons in a row and hides the rest. */
const VISIBLE_ACTIONS = 6;

export interface CardAction {
  readonly type: string;
  readonly title: string;
  readonly id?: string;
  readonly verb?: string;
  readonly url?: string;
  readonly data?: unknown;
  readonly fallback?: unknown;
}

export interface CardInput {
  readonly type: string;
  readonly id: string;
  readonly value: string;
  readonly required: boolean;
  readonly choices: readonly { readonly title: string; readonly value: string }[];
  /** Name of the search that gives the choices while one types. */
  readonly dataset?: string;
}

/** A card as a person reads it. */
export interface CardSummary {
  /** All texts in reading order, one line each. */
  readonly text: string;
  readonly actions: readonly CardAction[];
  readonly inputs: readonly CardInput[];
}

/** Judges a card by the published schema, by the reference parser, and by what Teams in particular wants. */
export function checkCard(card: unknown): CardFinding[] {
  if (!isRecord(card)) return [{ level: 'error', message: 'the card is not an object' }];
  const version = versionFindings(card);
  const plain = withoutAdditions(card);
  return version.length > 0 ? version : [...schemaFindings(plain), ...parserFindings(plain), ...teamsFindings(card)];
}

function versionFindings(card: Readonly<Record<string, unknown>>): CardFinding[] {
  const version = card['version'];
  const [, major, minor] = /^(\d+)\.(\d+)$/.exec(typeof version === 'string' ? version : '') ?? [];
  if (major === undefined) return [{ level: 'error', message: 'the card has no version' }];
  const newer = Number(major) > NEWEST.major || Number(minor) > NEWEST.minor;
  return newer ? [{ level: 'error', message: `version ${String(version)} is newer than Teams draws (1.5)` }] : [];
}

/** The parser is told the card's own version, so that it names elements which that version does not have. */
function parserFindings(card: Readonly<Record<string, unknown>>): CardFinding[] {
  const version = library.Version.parse(String(card['version']), new library.SerializationContext());
  const context = new library.SerializationContext(version ?? library.Versions.v1_5);
  const parsed = new library.AdaptiveCard();
  parsed.parse(card, context);
  const findings: CardFinding[] = [];
  for (let index = 0; index < context.eventCount; index++) {
    findings.push({ level: 'error', message: context.getEventAt(index).message });
  }
  for (const event of parsed.validateProperties().validationEvents) {
    findings.push({ level: 'error', message: event.message });
  }
  return findings;
}

function teamsFindings(card: Readonly<Record<string, unknown>>): CardFinding[] {
  const findings: CardFinding[] = [];
  const { actions, inputs } = readCard(card);
  const ids = inputs.map((input) => input.id);
  if (new Set(ids).size < ids.length) findings.push({ level: 'error', message: 'two inputs have the same id' });
  for (const action of actions) {
    if (action.title === '') findings.push({ level: 'error', message: `a button ${action.type} has no title` });
  }
  const primary = card['actions'];
  if (Array.isArray(primary) && primary.length > VISIBLE_ACTIONS) {
    findings.push({ level: 'warning', message: `${primary.length} buttons in a row: Teams shows ${VISIBLE_ACTIONS}` });
  }
  return findings;
}

/** Texts, buttons and inputs of a card, however deep. A fallback is not part of what is shown. */
export function readCard(card: unknown): CardSummary {
  const texts: string[] = [];
  const actions: CardAction[] = [];
  const inputs: CardInput[] = [];
  walk(card, (node) => {
    const type = text(node['type']);
    if (type.startsWith('Action.')) actions.push(readAction(type, node));
    else if (type.startsWith('Input.')) inputs.push(readInput(type, node));
    else if (type === 'FactSet') texts.push(...readFacts(node));
    else if (type === 'RichTextBlock') texts.push(readInlines(node['inlines']));
    else if (type === 'TextBlock') texts.push(text(node['text']));
  });
  return { text: texts.filter((line) => line !== '').join('\n'), actions, inputs };
}

function walk(value: unknown, visit: (node: Readonly<Record<string, unknown>>) => void): void {
  if (Array.isArray(value)) {
    for (const entry of value) walk(entry, visit);
    return;
  }
  if (!isRecord(value)) return;
  visit(value);
  for (const [key, child] of Object.entries(value)) {
    if (key !== 'data' && key !== 'fallback' && key !== 'refresh') walk(child, visit);
  }
}

function readAction(type: string, node: Readonly<Record<string, unknown>>): CardAction {
  return {
    type,
    title: text(node['title']),
    ...(typeof node['id'] === 'string' ? { id: node['id'] } : {}),
    ...(typeof node['verb'] === 'string' ? { verb: node['verb'] } : {}),
    ...(typeof node['url'] === 'string' ? { url: node['url'] } : {}),
    ...(node['data'] === undefined ? {} : { data: node['data'] }),
    ...(node['fallback'] === undefined ? {} : { fallback: node['fallback'] }),
  };
}

function readInput(type: string, node: Readonly<Record<string, unknown>>): CardInput {
  const choices = Array.isArray(node['choices']) ? node['choices'].filter(isRecord) : [];
  const search = node['choices.data'];
  return {
    type,
    id: text(node['id']),
    value: text(node['value']),
    required: node['isRequired'] === true,
    choices: choices.map((choice) => ({ title: text(choice['title']), value: text(choice['value']) })),
    ...(isRecord(search) ? { dataset: text(search['dataset']) } : {}),
  };
}

function readFacts(node: Readonly<Record<string, unknown>>): string[] {
  const facts = Array.isArray(node['facts']) ? node['facts'].filter(isRecord) : [];
  return facts.map((fact) => `${text(fact['title'])}: ${text(fact['value'])}`);
}

function readInlines(inlines: unknown): string {
  if (!Array.isArray(inlines)) return '';
  return inlines.map((inline) => (isRecord(inline) ? text(inline['text']) : text(inline))).join('');
}

/** The button itself when it is an action, else undefined. */
export function asAction(value: unknown): CardAction | undefined {
  if (!isRecord(value)) return undefined;
  const type = text(value['type']);
  return type.startsWith('Action.') ? readAction(type, value) : undefined;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
