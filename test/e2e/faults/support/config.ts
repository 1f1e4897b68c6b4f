import { appendFileSync, cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PLAYGROUND = join(__dirname, '../../../../playground/config');

/** An action with an effect whose repetition the CRM would not recognise. */
const UNKEYED_ACTION = `
  create_unkeyed:
    title: create opportunities
    request:
      method: POST
      path: /api/opportunities
      json: { account: Acme, amount: "{{ input.amount }}" }
    input:
      amount: { type: number, title: Amount, required: true }
    output_schema: { id: string, name: string }
`;

const SHARED = 'use: acme-crm-integration, verify_user_access: false';
const OWN = 'use: acme-crm, verify_user_access: true';

const AMOUNT = 'amount: "{{ parameters.amount }}"';

const RECIPES: Readonly<Record<string, string>> = {
  'look-up': recipe('look up', SHARED, [
    '- { action: acme_crm.find_opportunities, input: { account: Nobody } }',
    '- reply: { text: "Looked up {{ parameters.amount }}" }',
  ]),
  'unkeyed-deal': recipe('unkeyed deal', SHARED, [
    `- { action: acme_crm.create_unkeyed, input: { ${AMOUNT} } }`,
    '- reply: { text: "Unkeyed deal of {{ parameters.amount }}" }',
  ]),
  'keyed-deal': recipe('keyed deal', SHARED, [
    `- { action: acme_crm.create_opportunity, input: { account: Acme, ${AMOUNT} } }`,
    '- reply: { text: "Keyed deal of {{ parameters.amount }}" }',
  ]),
  'own-deal': recipe('own deal', OWN, [
    `- { action: acme_crm.create_unkeyed, input: { ${AMOUNT} } }`,
    '- reply: { text: "Own deal of {{ parameters.amount }}" }',
  ]),
};

function recipe(command: string, connection: string, steps: readonly string[]): string {
  const name = `${command.charAt(0).toUpperCase()}${command.slice(1)}`;
  const head = `name: ${name}\ndescription: For a test\ntrigger:\n  command: ${command}\n`;
  const parameters = '  parameters:\n    - { name: amount, type: number, prompt: "Which amount?" }\n';
  return `${head}${parameters}connections:\n  acme_crm: { ${connection} }\nsteps:\n${steps.map((step) => `  ${step}\n`).join('')}`;
}

/**
 * The playground's configuration, and recipes whose steps differ in what an interruption means for them. `crm`: more lines of the
 * CRM's connector.
 */
export function writeConfig(directory: string, crm = ''): void {
  cpSync(PLAYGROUND, directory, { recursive: true });
  appendFileSync(join(directory, 'connectors', 'acme-crm.yaml'), `${UNKEYED_ACTION}${crm}\n`);
  for (const [name, text] of Object.entries(RECIPES)) writeFileSync(join(directory, 'recipes', `${name}.yaml`), text);
}
