import type { ChatAdapter } from '../chat/chat-adapter.port.js';
import type { Platform } from '../chat/chat-user.js';
import type { Clicks } from '../chat/clicks.js';
import { isPerson } from '../chat/job-owner.js';
import type { Clock } from '../kernel/clock.port.js';
import { BehalfError } from '../kernel/errors.js';
import { inSpan, type Observers } from '../kernel/observers.js';
import type { OpenAskInChat } from './ask-in-chat.js';
import { collectingVoice } from './collecting-voice.js';
import { closeAsk, deliverAsk } from './deliver-ask.js';
import { deliverLastWord, deliverPrivately, deliverReply } from './deliver-reply.js';
import type { HeldJob } from './held-job.js';
import { type ChatJob, chatJobOf } from './job-record.js';
import type { JobVoice } from './job-voice.js';
import type { CreateLoginLink } from './login-link.js';
import { promptForLogins } from './login-prompts.js';
import type { FindCommand } from './reply-message.js';
import { withWorkingSign } from './working-sign.js';

interface VoiceDeps extends Pick<Observers, 'tracing'> {
  readonly chats: (platform: Platform) => ChatAdapter;
  readonly clicks: Clicks;
  readonly clock: Clock;
  readonly createLoginLink: CreateLoginLink;
  readonly askInChat: OpenAskInChat;
}

/** What the voice of one job needs beside that. */
interface About {
  readonly findCommand: FindCommand;
  /** The name of the job's recipe for people. */
  readonly recipeName: string;
  /** Takes what went wrong beside a reply. */
  readonly warn: (error: unknown) => void;
}

/** In the conversation of a person; for a program, kept with the job. */
export function voiceOf(held: HeldJob, deps: VoiceDeps, about: About): JobVoice {
  const { user } = held.job;
  if (!isPerson(user)) return collectingVoice(held);
  const { askInChat, clicks, clock, createLoginLink, tracing } = deps;
  const { findCommand, recipeName, warn } = about;
  const chat = deps.chats(user.platform);
  const job = () => inChat(held);
  return {
    isWaitedFor: true,
    profile: () => chat.describeUser(user, job().state.conversation),
    say: (reply, delivery) =>
      deliverReply({ job: job(), recipeName, chat, clicks, findCommand, warn }, reply, delivery),
    ask: (asking, delivery) => deliverAsk({ job: job(), chat, clicks, findCommand, askInChat }, asking, delivery),
    closeAsk: (asking, answer) =>
      inSpan(tracing, { name: 'close question' }, () => closeAsk(chat, job(), asking, answer)),
    askForLogins: (missing, connected) =>
      inSpan(tracing, { name: 'login prompt' }, () =>
        promptForLogins({ createLoginLink, clicks, chat, recipeName }, job(), { missing, connected }),
      ),
    notice: (message) => deliverPrivately(chat, job(), message),
    lastWord: (message) => inSpan(tracing, { name: 'last word' }, () => deliverLastWord(chat, job(), message)),
    whileAtWork: (work) =>
      withWorkingSign({ sign: chat.workingSign, conversation: job().state.conversation, clock }, work),
  };
}

function inChat({ job }: HeldJob): ChatJob {
  const chatJob = chatJobOf(job);
  if (chatJob) return chatJob;
  throw new BehalfError('store.corrupt', 'A job of a person was stored without its conversation', {
    details: { jobId: job.id },
  });
}
