import type { Account } from '../../connections/connection.js';
import type { RecipeData } from '../../recipes/recipe-data.js';
import { type ChatJob, chatJobOf } from '../job-record.js';
import { type ResolvedSlot, slotKey } from '../resolve-connections.js';
import { StepData } from './step-data.js';
import type { StepsContext } from './steps-context.js';

/** The data at the beginning of a recipe. */
export async function createStepData(context: StepsContext, parameters: RecipeData['parameters']): Promise<StepData> {
  const { job } = context.held;
  const asked = chatJobOf(job);
  const facts = { id: job.id, started_at: new Date(job.createdAt).toISOString() };
  const connections: Record<string, Labels> = {};
  for (const connection of context.connections) {
    const found = context.slots.get(slotKey(connection));
    if (found) connections[connection.slot] = labelsOf(found.parent, found.account);
  }
  // Nobody asks, and nowhere, where a program has started the job.
  if (!asked) return new StepData({ parameters, job: facts, connections });
  const { kind, platform } = asked.state.conversation;
  const conversation = { kind, platform };
  return new StepData({ parameters, user: await userOf(context, asked), conversation, job: facts, connections });
}

type Labels = RecipeData['connections'][string];

function labelsOf({ name, title: app }: ResolvedSlot['parent'], account: Account | undefined): Labels {
  return account ? { name, app, account: account.label } : { name, app };
}

async function userOf(context: StepsContext, { user }: ChatJob): Promise<NonNullable<RecipeData['user']>> {
  const { platform, tenantId: tenant, userId: id } = user;
  // The platform is asked only by recipes that want to know: it costs a call.
  if (!context.recipe.readsProfile) return { id, platform, tenant, name: id };
  const { confirmedEmail: email, name } = await context.profile();
  return { id, platform, tenant, name, ...(email === undefined ? {} : { email }) };
}
