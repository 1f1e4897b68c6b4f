import type { SignInOutcome } from '../connections/login.js';
import type { HttpResponse } from '../kernel/http.js';
import type { Texts } from '../texts/english.js';
import { loginProblemPage } from './pages/login-pages.js';

type Problem = Extract<SignInOutcome, { kind: 'sign_in_denied' | 'wrong_person' | 'sign_in_failed' }>;

/** Why the sign-in at the chat platform did not lead on to the app. `again`: how the person tries once more. */
export function signInProblemPage(outcome: Problem, again: string, texts: Texts): HttpResponse {
  const { pages, signIn } = texts;
  if (outcome.kind === 'wrong_person') {
    const { text, title } = signIn.wrongPerson;
    return loginProblemPage({ texts, title, text: text(outcome.signIn), status: 403 });
  }
  const [problem, status] =
    outcome.kind === 'sign_in_denied' ? [signIn.denied(outcome.signIn), 200] : [outcome.text(texts.locale), 502];
  // Not everybody can: guests, and members of workspaces where it is switched off.
  const ways = outcome.hasOtherWay ? [signIn.otherWayThere] : [];
  return loginProblemPage({ texts, title: pages.notConnected, text: [problem, again, ...ways].join(' '), status });
}
