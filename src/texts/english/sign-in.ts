/** Signing in to the chat platform before a login. `platform`: with what, e.g. `Slack`. */
export const signIn = () => ({
  first: (platform: string) =>
    `First you sign in with ${platform}, so that nobody else can use this login in your name.`,
  continueWith: (platform: string) => `Continue with ${platform}`,
  doesNotWork: (platform: string) => `Signing in with ${platform} does not work here?`,
  otherWay: 'Continue another way',
  otherWayThere: 'If you cannot sign in, choose Continue another way there.',
  denied: (platform: string) => `You did not sign in with ${platform}, so nothing was connected.`,
  wrongPerson: {
    title: 'This login is for somebody else',
    text: (platform: string) =>
      `You are signed in with ${platform} as another person than the one who asked for this login. It has ended and nothing was connected. If you did ask for it, switch to the right account in this browser and press Login in the chat again. If somebody sent you a link to this page, tell your administrator.`,
  },
  tookTooLong: (platform: string) => `Signing in with ${platform} took too long. Please start again.`,
  unreachable: (platform: string) => `${platform} cannot be reached right now. Please try again in a few minutes.`,
  notSetUp: (platform: string) =>
    `${platform} does not let me ask who you are. Your administrator must set up signing in with ${platform}.`,
  notSure: (platform: string) =>
    `I could not make sure who signed in with ${platform}. Please try again, and tell your administrator if it keeps happening.`,
});
