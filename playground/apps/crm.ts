import { z } from 'zod';
import type { ApiCall, AppDefinition } from './app-definition.js';
import { invalidInput } from './app-server.js';
import { me } from './authentication.js';
import { failure, type Reply } from './http.js';
import { IdempotentReplies } from './idempotency.js';
import type { Brand, RecordTable } from './pages.js';
import { PRODUCTS } from './products.js';

/** Who created a record, as the app knows them. */
export interface Creator {
  readonly username: string;
  readonly name: string;
}

export const STAGES = ['Prospecting', 'Proposal', 'Negotiation', 'Closed Won', 'Closed Lost'] as const;

export interface Opportunity {
  readonly id: string;
  readonly name: string;
  readonly account: string;
  /** Euro. */
  readonly amount: number | null;
  readonly stage: (typeof STAGES)[number];
  readonly created_by: Creator;
  readonly created_at: string;
}

export interface Note {
  readonly id: string;
  readonly text: string;
  readonly account: string | null;
  readonly created_by: Creator;
  readonly created_at: string;
}

/** An organisation that one can sell to. */
export interface CrmAccount {
  readonly id: string;
  readonly name: string;
  readonly city: string;
}

const BRAND: Brand = {
  id: 'acme_crm',
  name: 'Acme CRM',
  initial: 'A',
  accent: '#0f5fc2',
  accentDark: '#0b4a99',
  tint: '#eef4fc',
  permission: 'See and create opportunities and notes in your name',
};

const ACCOUNTS: readonly CrmAccount[] = [
  { id: 'ACC-1', name: 'Acme', city: 'Berlin' },
  { id: 'ACC-2', name: 'Globex', city: 'Paris' },
  { id: 'ACC-3', name: 'Initech', city: 'Austin' },
  { id: 'ACC-4', name: 'Umbrella', city: 'London' },
  { id: 'ACC-5', name: 'Müller & Söhne: Export', city: 'Hamburg' },
];

const AccountName = z.string({ error: 'The account is required' }).trim().min(1, 'The account is required');
const NewOpportunity = z.object({
  account: AccountName,
  amount: z
    .number({ error: 'The amount must be a positive number' })
    .positive('The amount must be a positive number')
    .nullish(),
  name: z.string({ error: 'The name must be text' }).trim().max(120, 'The name is too long').nullish(),
});
const OpportunityChange = z.object({
  stage: z.enum(STAGES, { error: `The stage must be one of ${STAGES.join(', ')}` }),
});
const NewNote = z.object({
  text: z
    .string({ error: 'The text is required' })
    .trim()
    .min(1, 'The text is required')
    .max(10_000, 'The text is too long'),
  account: AccountName.nullish(),
});

/** Acme CRM: accounts to sell to, opportunities and notes, kept in memory. */
export class Crm implements AppDefinition {
  readonly brand = BRAND;
  readonly routes = [
    { method: 'GET', path: '/api/me', handle: (call: ApiCall) => me(call.principal) },
    { method: 'GET', path: '/api/accounts', handle: (call: ApiCall) => this.#findAccounts(call) },
    { method: 'GET', path: '/api/opportunities', handle: (call: ApiCall) => this.#findOpportunities(call) },
    { method: 'GET', path: '/api/opportunities/:id', handle: (call: ApiCall) => this.#opportunity(call) },
    { method: 'POST', path: '/api/opportunities', handle: (call: ApiCall) => this.#createOpportunity(call) },
    { method: 'PATCH', path: '/api/opportunities/:id', handle: (call: ApiCall) => this.#changeOpportunity(call) },
    { method: 'GET', path: '/api/products', handle: () => list(PRODUCTS) },
    { method: 'GET', path: '/api/notes', handle: () => list(this.#notes) },
    { method: 'POST', path: '/api/notes', handle: (call: ApiCall) => this.#createNote(call) },
  ] as const;
  readonly #replies = new IdempotentReplies();
  readonly #opportunities: Opportunity[] = [];
  readonly #notes: Note[] = [];
  #lastNumber = 1000;

  reset(): void {
    this.#opportunities.length = 0;
    this.#notes.length = 0;
    this.#replies.reset();
  }

  records() {
    return { opportunities: this.#opportunities, notes: this.#notes };
  }

  tables(): readonly RecordTable[] {
    const opportunities = this.#opportunities.map((row) => ({
      id: row.id,
      cells: [
        row.id,
        row.name,
        row.account,
        row.amount === null ? '' : String(row.amount),
        row.stage,
        row.created_by.name,
      ],
    }));
    const notes = this.#notes.map((row) => ({
      id: row.id,
      cells: [row.id, row.account ?? '', row.text, row.created_by.name],
    }));
    return [
      {
        title: 'Opportunities',
        columns: ['Id', 'Name', 'Account', 'Amount (€)', 'Stage', 'Created by'],
        rows: opportunities,
      },
      { title: 'Notes', columns: ['Id', 'Account', 'Text', 'Created by'], rows: notes },
    ];
  }

  #findAccounts(call: ApiCall): Reply {
    const wanted = call.query.get('name')?.trim().toLowerCase() ?? '';
    return list(ACCOUNTS.filter((account) => account.name.toLowerCase().includes(wanted)));
  }

  #findOpportunities(call: ApiCall): Reply {
    const wanted = call.query.get('account')?.trim().toLowerCase();
    const words = call.query.get('text')?.trim().toLowerCase() ?? '';
    const ofAccount = this.#opportunities.filter((row) => !wanted || row.account.toLowerCase() === wanted);
    return list(ofAccount.filter(({ id, name }) => [id, name].some((text) => text.toLowerCase().includes(words))));
  }

  #opportunity(call: ApiCall): Reply {
    const found = this.#opportunities.find((row) => row.id === call.params['id']);
    return found ? { status: 200, json: found } : unknownOpportunity(call);
  }

  #createOpportunity(call: ApiCall): Reply {
    if (!call.principal.mayCreate) return forbidden('opportunities');
    const input = NewOpportunity.safeParse(call.body);
    if (!input.success) return invalidInput(input.error);
    const account = findAccount(input.data.account);
    if (!account) return unknownAccount(input.data.account);
    return this.#replies.once(call, 'opportunities', () => {
      const opportunity: Opportunity = {
        id: this.#nextId('OPP'),
        name: input.data.name || `${account.name} opportunity`,
        account: account.name,
        amount: input.data.amount ?? null,
        stage: 'Prospecting',
        ...created(call),
      };
      this.#opportunities.push(opportunity);
      return { status: 201, json: opportunity };
    });
  }

  #changeOpportunity(call: ApiCall): Reply {
    const index = this.#opportunities.findIndex((row) => row.id === call.params['id']);
    const found = this.#opportunities[index];
    if (!found) return unknownOpportunity(call);
    const input = OpportunityChange.safeParse(call.body);
    if (!input.success) return invalidInput(input.error);
    const changed = { ...found, stage: input.data.stage };
    this.#opportunities[index] = changed;
    return { status: 200, json: changed };
  }

  #createNote(call: ApiCall): Reply {
    if (!call.principal.mayCreate) return forbidden('notes');
    const input = NewNote.safeParse(call.body);
    if (!input.success) return invalidInput(input.error);
    const account = input.data.account ? findAccount(input.data.account) : null;
    if (account === undefined) return unknownAccount(input.data.account ?? '');
    return this.#replies.once(call, 'notes', () => {
      const note: Note = {
        id: this.#nextId('NOTE'),
        text: input.data.text,
        account: account?.name ?? null,
        ...created(call),
      };
      this.#notes.push(note);
      return { status: 201, json: note };
    });
  }

  #nextId(prefix: string): string {
    this.#lastNumber += 1;
    return `${prefix}-${this.#lastNumber}`;
  }
}

function created(call: ApiCall): { created_by: Creator; created_at: string } {
  const { username, name } = call.principal;
  return { created_by: { username, name }, created_at: new Date().toISOString() };
}

function findAccount(name: string): CrmAccount | undefined {
  return ACCOUNTS.find((account) => account.name.toLowerCase() === name.toLowerCase());
}

function unknownAccount(name: string): Reply {
  const message = `There is no account named ${name}`;
  return { status: 422, json: { error: 'invalid_input', message, fields: { account: message } } };
}

function unknownOpportunity(call: ApiCall): Reply {
  return failure(404, 'not_found', `There is no opportunity ${call.params['id'] ?? ''}`);
}

function forbidden(what: string): Reply {
  return failure(403, 'forbidden', `Your profile may not create ${what}`);
}

function list(items: readonly unknown[]): Reply {
  return { status: 200, json: { items, total: items.length } };
}
