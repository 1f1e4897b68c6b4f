import { type ChildProcess, fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ChatUser } from '../../../src/chat/chat-user.js';
import type { ConversationRef } from '../../../src/chat/conversation.js';
import type { Form } from '../../../src/chat/form.js';
import { buttonOf, type ChatMessage, RecordingChat, refOf } from '../../support/recording-chat.js';
import { ScriptedApp } from '../../support/scripted-app.js';
import { serviceEnvironment, writeServiceFiles } from '../../support/service-files.js';
import { ANN, DIRECT } from '../../support/service-kit.js';
import type { ChatAnswer, ChatCall, CrashEnvironment, FromChild, ToChild } from './crash-protocol.js';

const PUBLIC_URL = 'https://behalf.example.com';

type Command =
  | Omit<Extract<ToChild, { kind: 'event' }>, 'id'>
  | Omit<Extract<ToChild, { kind: 'asleep' }>, 'id'>
  | Omit<Extract<ToChild, { kind: 'begin-login' }>, 'id'>
  | Omit<Extract<ToChild, { kind: 'complete-login' }>, 'id'>;

/** The service in a process that can be killed and started again over the same file; chat and apps live on here. */
export class CrashKit {
  readonly chat = new RecordingChat();
  readonly crm: ScriptedApp;
  readonly files: ScriptedApp;
  /** The forms that were opened, the oldest first. */
  readonly forms: Form[] = [];
  readonly #directory = mkdtempSync(path.join(tmpdir(), 'behalf-crash-'));
  readonly #key = `k1:${randomBytes(32).toString('base64')}`;
  readonly #answers = new Map<number, (answer: Extract<FromChild, { kind: 'answer' }>) => void>();
  #child: ChildProcess | undefined;
  #offsetMs = 0;
  /** False: what the process says in the chat arrives, but the process is not told. */
  #answersChat = true;
  #serial = 0;

  private constructor(crm: ScriptedApp, files: ScriptedApp) {
    this.crm = crm;
    this.files = files;
    this.chat.emails.set(ANN.userId, 'ann@acme.example');
  }

  static async start(recipes: Readonly<Record<string, string>>): Promise<CrashKit> {
    const [crm, files] = await Promise.all([ScriptedApp.start(), ScriptedApp.start()]);
    const kit = new CrashKit(crm, files);
    writeServiceFiles(kit.#configDir, recipes);
    return kit;
  }

  get #configDir(): string {
    return path.join(this.#directory, 'config');
  }

  /** From now on what the process says arrives, but the process is not told. */
  muteChat(): void {
    this.#answersChat = false;
  }

  /** Starts the process; `laterMs` after the one before. */
  async boot(
    options: { readonly laterMs?: number; readonly hangAt?: string; readonly answersChat?: boolean } = {},
  ): Promise<void> {
    this.#offsetMs += options.laterMs ?? 0;
    this.#answersChat = options.answersChat ?? true;
    const environment: CrashEnvironment = {
      dataDir: path.join(this.#directory, 'data'),
      configDir: this.#configDir,
      publicUrl: PUBLIC_URL,
      settings: serviceEnvironment({ crm: this.crm.url, files: this.files.url }),
      key: this.#key,
      offsetMs: this.#offsetMs,
      ...(options.hangAt === undefined ? {} : { hangAt: options.hangAt }),
    };
    const file = path.join(__dirname, 'crash-process.ts');
    const child = fork(file, [JSON.stringify(environment)], { execArgv: ['--import', 'tsx'] });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error('The process has ended')));
      child.on('message', (message: FromChild) => {
        if (message.kind === 'ready') resolve();
        else if (message.kind === 'broken') reject(new Error(message.reason));
        else if (message.kind === 'answer') this.#answers.get(message.id)?.(message);
        else void this.#serveChat(child, message);
      });
    });
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Ann writes; resolves when the event is acknowledged. */
  async say(
    text: string,
    options: { readonly id?: string; readonly conversation?: ConversationRef } = {},
  ): Promise<void> {
    const { conversation = DIRECT, id = `e${this.#serial}` } = options;
    await this.#ask({ kind: 'event', event: { kind: 'text', id, user: ANN, conversation, text } });
  }

  /** Somebody presses a button of a message, by default Ann; resolves when it is acknowledged. */
  async press(message: ChatMessage, label: string, user: ChatUser = ANN): Promise<void> {
    const event = {
      kind: 'action' as const,
      id: `p${this.#serial}`,
      user,
      conversation: message.conversation,
      values: {},
    };
    const { token } = buttonOf(message, label);
    await this.#ask({ kind: 'event', event: { ...event, token, message: refOf(this.chat.platform, message.id) } });
  }

  /** Ann presses a button where the platform takes a form; resolves when it is acknowledged. */
  async pressForForm(message: ChatMessage, label: string): Promise<void> {
    const { conversation } = message;
    const { token } = buttonOf(message, label);
    const event = { kind: 'action' as const, id: `o${this.#serial}`, user: ANN, conversation, values: {}, token };
    await this.#ask({ kind: 'event', event, takesForm: true });
  }

  /** Ann sends a form off; resolves when it is acknowledged. */
  async submit({ token }: Form, values: Readonly<Record<string, string>>): Promise<void> {
    const event = { kind: 'form' as const, id: `f${this.#serial}`, user: ANN, conversation: DIRECT, token, values };
    await this.#ask({ kind: 'event', event });
  }

  /** Jobs that sleep, as the store of the process that runs now has them. */
  async asleep(): Promise<unknown> {
    return this.#ask({ kind: 'asleep' });
  }

  /** Opens the login link in the process that runs now; `comeBack` may go to the next one. */
  async openLogin(url: string): Promise<(account: string) => Promise<unknown>> {
    const token = url.replace(`${PUBLIC_URL}/login/`, '');
    const started = await this.#ask({ kind: 'begin-login', token });
    const { redirectTo, cookie } = readStart(started);
    const { searchParams } = new URL(redirectTo);
    const connection = new URL(searchParams.get('redirect_uri') ?? '').pathname.replace('/oauth/callback/', '');
    return (account) => {
      const query = new URLSearchParams({ code: this.crm.authorize(account), state: searchParams.get('state') ?? '' });
      return this.#ask({ kind: 'complete-login', connection, query: query.toString(), cookie });
    };
  }

  async stop(): Promise<void> {
    await this.kill();
    await Promise.all([this.crm.stop(), this.files.stop()]);
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #ask(command: Command): Promise<unknown> {
    this.#serial += 1;
    const id = this.#serial;
    return new Promise((resolve, reject) => {
      this.#answers.set(id, ({ error, value }) => (error === undefined ? resolve(value) : reject(new Error(error))));
      this.#child?.send({ ...command, id });
    });
  }

  async #serveChat(child: ChildProcess, { call, id }: Extract<FromChild, { kind: 'chat' }>): Promise<void> {
    const answer = await this.#carryOut(call);
    if (this.#answersChat && child.connected) child.send({ kind: 'chat-answer', id, ...answer } satisfies ToChild);
  }

  async #carryOut(call: ChatCall): Promise<Pick<ChatAnswer, 'ref' | 'profile'>> {
    switch (call.do) {
      case 'post':
        return { ref: await this.chat.post(call.to, call.message) };
      case 'postPrivately':
        return { ref: await this.chat.postPrivately(call.to, call.user, call.message) };
      case 'update':
        return { ref: await this.chat.update(call.ref, call.message) };
      case 'openForm':
        this.forms.push(call.form);
        return {};
      case 'describeUser':
        return { profile: await this.chat.describeUser(call.user) };
    }
  }
}

function readStart(value: unknown): { readonly redirectTo: string; readonly cookie: string } {
  if (
    typeof value === 'object' &&
    value !== null &&
    'redirectTo' in value &&
    typeof value.redirectTo === 'string' &&
    'cookie' in value &&
    typeof value.cookie === 'object' &&
    value.cookie !== null &&
    'value' in value.cookie &&
    typeof value.cookie.value === 'string'
  )
    return { redirectTo: value.redirectTo, cookie: value.cookie.value };
  throw new Error('The link does not work');
}
