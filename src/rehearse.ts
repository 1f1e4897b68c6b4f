import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assemble } from './assemble.js';
import type { Catalogue } from './catalogue.js';
import type { ChatFile } from './chat/chat-file.js';
import type { ChatUser } from './chat/chat-user.js';
import type { ConversationRef } from './chat/conversation.js';
import { createFileReferences, type FileReferences } from './chat/file-references.js';
import { apiCaller } from './chat/job-owner.js';
import { openRehearsal } from './compose/tools.js';
import type { Connections } from './connections/connections.js';
import type { ActionCall } from './connectors/action-call.js';
import { type Job, openJob } from './jobs/job-record.js';
import type { Clock } from './kernel/clock.port.js';
import type { Logger } from './kernel/logger.port.js';
import { noMetrics } from './kernel/metrics.port.js';
import { Secret } from './kernel/secret.js';
import { systemClock } from './kernel/system-clock.js';
import { createVault } from './kernel/vault.js';
import type { YamlPath } from './language/yaml-document.js';
import { takeInputs } from './recipes/callable-inputs.js';
import { type CompiledRecipe, type ConnectionSlot, isCallableRecipe, isHelpRecipe } from './recipes/compiled-recipe.js';
import { slotsOfJob } from './recipes/recipe-calls.js';
import { compare, type Failure, judgeReplies } from './rehearsal/judge-replies.js';
import { misfitsOf } from './rehearsal/misfits.js';
import type { RecipeTest, SentFile } from './rehearsal/recipe-test.js';
import { StageApps } from './rehearsal/stage-apps.js';
import { type Said, StageChat } from './rehearsal/stage-chat.js';
import { createStageClock } from './rehearsal/stage-clock.js';
import { StageFiles } from './rehearsal/stage-files.js';

const TENANT = 'T-TEST';
/** Longest time that one turn of a test may take, in ms of the machine. */
const MAX_TURN_MS = 10_000;
/** What people read and write in tests, numbers and dates as in `5,000.50`. */
const ENGLISH = 'en-GB';
const LOOK_MS = 5;
/** Times in a row that nothing may have moved before a turn is over. */
const STILL = 3;

/** Where a test stands: the folder of its file, and its place in it. */
export interface TestPlace {
  readonly folder: string;
  readonly path: YamlPath;
}

interface Play extends TestPlace {
  readonly recipe: CompiledRecipe;
  readonly test: RecipeTest;
}

/**
 * Plays one test of a recipe: the real command, job and steps on stores of its own, with apps and a chat that exist only here.
 * Gives what was not as the test says.
 */
export async function rehearse(
  catalogue: Catalogue,
  recipe: CompiledRecipe,
  test: RecipeTest,
  { folder, path }: TestPlace,
): Promise<readonly Failure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'behalf-test-'));
  const rehearsal = await Rehearsal.open(directory, catalogue, { recipe, test, path, folder });
  try {
    return await rehearsal.play();
  } finally {
    await rehearsal.close();
    await rm(directory, { recursive: true, force: true });
  }
}

class Rehearsal {
  readonly #recipe: CompiledRecipe;
  readonly #test: RecipeTest;
  readonly #path: YamlPath;
  readonly #chat: StageChat;
  readonly #files: StageFiles;
  readonly #references: FileReferences;
  readonly #apps: StageApps;
  readonly #user: ChatUser;
  readonly #conversation: ConversationRef;
  readonly #drivers: Awaited<ReturnType<typeof openRehearsal>>;
  readonly #assembly: ReturnType<typeof assemble>;
  #events = 0;

  private constructor(
    catalogue: Catalogue,
    drivers: Awaited<ReturnType<typeof openRehearsal>>,
    clock: Clock,
    given: Play,
  ) {
    const { folder, path, recipe, test } = given;
    const { email, id: userId, name, platform } = test.user ?? { id: 'U-TEST', name: 'Test Person', platform: 'slack' };
    this.#recipe = recipe;
    this.#test = test;
    this.#path = path;
    this.#user = { platform, tenantId: TENANT, userId };
    this.#conversation = { platform, kind: test.conversation, address: { channel: 'C-TEST' } };
    this.#files = new StageFiles(folder);
    this.#references = createFileReferences(VAULT);
    this.#chat = new StageChat(
      platform,
      { name, place: 'Test', ...(email ? { confirmedEmail: email } : {}) },
      this.#files,
    );
    const slots = slotsOfJob(recipe, catalogue.recipes.get);
    this.#apps = new StageApps(test.actions, [...path, 'actions'], (call) => slotOf(slots, call));
    this.#drivers = drivers;
    this.#assembly = assemble(POLICY, () => catalogue, {
      ...drivers,
      chats: [this.#chat],
      vault: VAULT,
      clock,
      logger: SILENT,
      metrics: noMetrics,
      isAlone: true,
      rehearsal: {
        perform: (call, parts) => this.#apps.perform({ ...call, ...parts, clock }),
        credentialFor: credentials(slots, test, email ?? userId),
      },
    });
  }

  static async open(directory: string, catalogue: Catalogue, play: Play): Promise<Rehearsal> {
    const clock = createStageClock(systemClock);
    const drivers = await openRehearsal(directory, { clock, logger: SILENT, metrics: noMetrics });
    const rehearsal = new Rehearsal(catalogue, drivers, clock, play);
    await rehearsal.#assembly.jobs.start();
    return rehearsal;
  }

  async play(): Promise<readonly Failure[]> {
    const { files, inputs, outputs, parameters = {}, replies, say, status, then } = this.#test;
    const misfits = misfitsOf(this.#recipe, this.#test, this.#path);
    if (misfits.length > 0) return misfits;
    const failures: Failure[] = [];
    failures.push(...(await this.#begin({ files, parameters: inputs ?? parameters, say })));
    failures.push(...(await this.#rest()));
    const said = this.#test.http ? await this.#collected() : this.#chat.takeNews();
    failures.push(...judgeReplies(replies, said, [...this.#path, 'replies']));
    for (const [index, turn] of then.entries()) {
      const path = [...this.#path, 'then', index];
      const sent = await this.#files.stage(turn.files ?? [], [...path, 'files']);
      if (sent.kind === 'failed') return [...failures, sent.failure];
      if (turn.say !== undefined || turn.files) await this.#say(turn.say ?? '', sent.files);
      if (turn.press !== undefined) failures.push(...(await this.#press(turn.press, [...path, 'press'])));
      failures.push(...(await this.#rest()));
      failures.push(...judgeReplies(turn.replies, this.#chat.takeNews(), [...path, 'replies']));
    }
    const last = await this.#lastJob();
    const ended = compare('the job ends in another way', status, last?.status ?? 'no job', [...this.#path, 'status']);
    const gave = last?.state.result?.outputs;
    const given = outputs ? compare('the outputs differ', outputs, gave, [...this.#path, 'outputs']) : [];
    return [...failures, ...this.#apps.failures, ...this.#apps.finish(), ...ended, ...given];
  }

  async close(): Promise<void> {
    await this.#assembly.jobs.stop(0);
    await this.#drivers.stores.health.close();
  }

  async #begin(first: {
    readonly files: readonly SentFile[] | undefined;
    readonly parameters: Readonly<Record<string, unknown>>;
    readonly say: string | undefined;
  }): Promise<readonly Failure[]> {
    const sent = await this.#files.stage(first.files ?? [], [...this.#path, 'files']);
    if (sent.kind === 'failed') return [sent.failure];
    if (first.say === undefined) await this.#start({ ...first.parameters, ...this.#fileParameters(sent.files) });
    else await this.#say(first.say, sent.files);
    return [];
  }

  /** The parameters that take files, in their order. */
  #fileParameters(files: readonly ChatFile[]): Readonly<Record<string, unknown>> {
    const wanting = this.#recipe.parameters.filter(({ type }) => type === 'file');
    const maxBytes = POLICY.maxFileBytes;
    return Object.fromEntries(
      files.slice(0, wanting.length).map((file, index) => {
        return [wanting[index]?.name ?? '', this.#references.seal(this.#user, { file, maxBytes })];
      }),
    );
  }

  async #start(parameters: Readonly<Record<string, unknown>>): Promise<void> {
    const [recipe, user, conversation] = [this.#recipe, this.#user, this.#conversation];
    const typed = isHelpRecipe(recipe) ? { topic: '', ...parameters } : parameters;
    const given = isCallableRecipe(recipe) ? takeInputs(recipe, parameters) : typed;
    const eventId = this.#eventId();
    const base = { eventId, recipe, parameters: given };
    if (this.#test.http)
      await this.#assembly.jobs.accept({ ...base, id: eventId, user: apiCaller('test'), isRepeatable: false });
    else await this.#assembly.jobs.accept({ ...base, user, conversation });
  }

  async #lastJob(): Promise<Job | undefined> {
    const user = this.#test.http ? apiCaller('test') : this.#user;
    const [row] = await this.#drivers.stores.jobs.list({ user }, { limit: 1 });
    return row && openJob(VAULT, row);
  }

  /** What was kept for the program, as if it had been said. */
  async #collected(): Promise<readonly Said[]> {
    const job = await this.#lastJob();
    return (job?.state.replies ?? []).map(({ path, text }) => ({
      text,
      whole: text,
      fields: {},
      buttons: [],
      visibleTo: 'user',
      message: { platform: this.#user.platform, address: { message: path } },
    }));
  }

  async #say(text: string, files: readonly ChatFile[]): Promise<void> {
    const [user, conversation] = [this.#user, this.#conversation];
    await this.#assembly.handleEvent({
      kind: 'text',
      id: this.#eventId(),
      locale: ENGLISH,
      user,
      conversation,
      text,
      ...(files.length === 0 ? {} : { files }),
    });
  }

  async #press(label: string, path: YamlPath): Promise<readonly Failure[]> {
    const said = this.#chat.withButton(label);
    const button = said?.buttons.find((candidate) => candidate.label === label);
    if (!said || button?.kind !== 'action') return [{ path, message: `there is no button "${label}" to press` }];
    const event = { id: this.#eventId(), user: this.#user, conversation: this.#conversation, locale: ENGLISH };
    const { message } = said;
    await this.#assembly.handleEvent({ kind: 'action', ...event, token: button.token, values: {}, message });
    return [];
  }

  /** Waits until nothing is under way any more. */
  async #rest(): Promise<readonly Failure[]> {
    const until = systemClock.now() + MAX_TURN_MS;
    let still = 0;
    while (still < STILL) {
      await systemClock.sleep(LOOK_MS);
      const { jobs } = this.#drivers.stores;
      const busy = await Promise.all(
        (['running', 'pending'] as const).map((status) => jobs.list({ status }, { limit: 1 })),
      );
      still = busy.flat().length === 0 ? still + 1 : 0;
      if (systemClock.now() > until) return [{ path: this.#path, message: 'the job does not come to an end' }];
    }
    return [];
  }

  #eventId(): string {
    this.#events += 1;
    return `event-${this.#events}`;
  }
}

const VAULT = createVault([{ id: 'test', key: new Secret(Buffer.alloc(32, 1)) }]);

/** Everybody is logged in everywhere, with the account that the test names. */
function credentials(
  slots: readonly ConnectionSlot[],
  test: RecipeTest,
  account: string,
): Connections['credentialFor'] {
  return async (owner, parent) => {
    if (parent.auth.kind === 'static') return { kind: 'ready', credential: parent.auth.credential };
    const slot = slots.find(({ use }) => use === parent.name)?.slot;
    const named = slot === undefined ? undefined : test.accounts[slot];
    const label = named ?? (owner === 'shared' ? undefined : account);
    const credential = { kind: 'bearer' as const, token: new Secret('test-token'), generation: 1 };
    return label === undefined
      ? { kind: 'ready', credential }
      : { kind: 'ready', credential, account: { id: label, label } };
  };
}

function slotOf(slots: readonly ConnectionSlot[], { connector, parent }: Omit<ActionCall, 'http'>): string {
  const fitting = slots.filter(({ use }) => use === parent.name);
  return fitting.find(({ slot }) => slot.startsWith(connector.name))?.slot ?? connector.name;
}

const POLICY = {
  publicUrl: 'https://behalf.invalid',
  identityCheck: 'auto' as const,
  loginTimeoutMs: 1_800_000,
  uninstallGraceMs: 86_400_000,
  historyMs: 86_400_000,
  maxRunningJobs: 10,
  startLimits: { person: {}, program: {} },
  maxFileBytes: 20 * 1024 * 1024,
  jobLeaseMs: 600_000,
};

const nothing = (): void => {};
const SILENT: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => SILENT };
