import fc from 'fast-check';
import { renderMessage as renderSlack } from '../../../adapters/slack/blocks.js';
import { renderForm as renderSlackForm } from '../../../adapters/slack/forms.js';
import { renderMessage as renderTeams } from '../../../adapters/teams/cards.js';
import { renderForm as renderTeamsForm } from '../../../adapters/teams/forms.js';
import { validateBlocks } from '../../../playground/slack/validate-blocks.js';
import type { Form, FormField } from '../../../src/chat/form.js';
import { anyMessage } from '../../support/any-message.js';

type Json = Readonly<Record<string, unknown>>;

const named = (name: string) => ({ name, label: `Label of ${name}`, optional: false });
const FIELDS: readonly FormField[] = [
  { ...named('text'), kind: 'text' },
  { ...named('multiline'), kind: 'multiline' },
  { ...named('number'), kind: 'number' },
  { ...named('boolean'), kind: 'boolean' },
  { ...named('date'), kind: 'date' },
  { ...named('time'), kind: 'time' },
  { ...named('user'), kind: 'user' },
  { ...named('select'), kind: 'select', options: [{ label: 'One', value: '1' }] },
  { ...named('searched'), kind: 'select' },
  { ...named('file'), kind: 'file' },
];
const FORM: Form = { token: 't', title: 'Form', submitLabel: 'Send', fields: FIELDS };

/** Every JSON object in a value, however deep. */
function objectsIn(value: unknown): readonly Json[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  if (typeof value !== 'object' || value === null) return [];
  const object: Json = { ...value };
  return [object, ...Object.values(object).flatMap(objectsIn)];
}

function typed(value: unknown, type: RegExp): readonly Json[] {
  return objectsIn(value).filter((object) => typeof object['type'] === 'string' && type.test(object['type']));
}

function isSaid(text: unknown): boolean {
  return typeof text === 'string' && text.trim() !== '';
}

describe('somebody who does not see the screen', () => {
  test('is told what every message of Slack is, and every picture and menu in it', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const { blocks, text } = renderSlack(message);
        expect(isSaid(text)).toBe(true);
        // Among other things it wants words for pictures and buttons.
        expect(validateBlocks(blocks)).toEqual([]);
        for (const { alt_text: alt } of typed(blocks, /^image$/)) expect(isSaid(alt)).toBe(true);
        for (const section of typed(blocks, /^section$/))
          expect(isSaid(objectsIn(section['text'])[0]?.['text'])).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('is told what every message of Teams is, and every picture, choice and button in it', () => {
    fc.assert(
      fc.property(anyMessage, (message) => {
        const activity = renderTeams(message);
        expect(isSaid(activity.text ?? activity.summary)).toBe(true);
        for (const card of typed(activity, /^AdaptiveCard$/))
          if (card['version'] !== undefined)
            expect([isSaid(card['speak']), isSaid(card['fallbackText'])]).toEqual([true, true]);
        for (const { altText } of typed(activity, /^Image$/)) expect(isSaid(altText)).toBe(true);
        for (const { label } of typed(activity, /^Input\./)) expect(isSaid(label)).toBe(true);
        for (const { title } of typed(activity, /^Action\./)) expect(isSaid(title)).toBe(true);
        for (const table of typed(activity, /^Table$/)) expect(table['firstRowAsHeader']).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test('hears the label of each field of a form in Slack', () => {
    const { blocks } = renderSlackForm(FORM, { channel: 'C1', direct: false });
    expect(validateBlocks(blocks, 'view')).toEqual([]);
    const labels = typed(blocks, /^input$/).map(({ label }) => objectsIn(label)[0]?.['text']);
    expect(labels).toEqual(FIELDS.map(({ label }) => label));
  });

  test('hears the label of each field of a form in Teams', () => {
    const labels = typed(renderTeamsForm(FORM), /^Input\./).map(({ label }) => label);
    expect(labels).toEqual(FIELDS.filter(({ kind }) => kind !== 'file').map(({ label }) => label));
  });
});
