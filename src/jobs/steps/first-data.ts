import type { Account } from '../../connections/connection.js';
import type { RecipeData } from '../../recipes/recipe-data.js';
import { type ChatJob, chatJobOf } from '../job-record.js';
import { type ResolvedSlot, slotKey } from '../resolve-connections.js';
import { StepData } from './step-data.js';
import type { StepsContext } from './steps-context.js';

/** The data at the beginning of a recipe. */
export async function createStepData(context: StepsContext, parameters: RecipeData['parameters']): Promise<StepData> {
  const { job } = context.held;
  return new StepData({
    parameters,
    ...(await chatOf(context)),
    job: { id: job.id, started_at: new Date(job.createdAt).toISOString() },
    connections: Object.fromEntries(
      context.connections.flatMap((connection) => {
        const found = context.slots.get(slotKey(connection));
        return found ? [[connection.slot, labelsOf(found.parent, found.account)]] : [];
      }),
    ),
  });
}

function labelsOf(parent: ResolvedSlot['parent'], account: Account | undefined): RecipeData['connections'][string] {
  return { name: parent.name, app: parent.title, ...(account ? { account: account.label } : {}) };
}

/** Who asks, and where; nothing where a program has started the job. */
async function chatOf(context: StepsContext): Promise<Pick<RecipeData, 'user' | 'conversation'>> {
  const job = chatJobOf(context.held.job);
  if (!job) return {};
  const { kind, platform } = job.state.conversation;
  return { user: await userOf(context, job), conversation: { kind, platform } };
}

async function userOf(context: StepsContext, { user }: ChatJob): Promise<NonNullable<RecipeData['user']>> {
  const base = { id: user.userId, platform: user.platform, tenant: user.tenantId };
  // The platform is asked only by recipes that want to know: it costs a call.
  if (!context.recipe.readsProfile) return { ...base, name: user.userId };
  const profile = await context.profile();
  return {
    ...base,
    name: profile.name,
    ...(profile.confirmedEmail === undefined ? {} : { email: profile.confirmedEmail }),
  };
}
