import type { Texts } from '../english.js';

export const signIn = (): Texts['signIn'] => ({
  first: (platform) =>
    `Zuerst melden Sie sich mit ${platform} an, damit niemand sonst diese Anmeldung in Ihrem Namen benutzen kann.`,
  continueWith: (platform) => `Weiter mit ${platform}`,
  doesNotWork: (platform) => `Die Anmeldung mit ${platform} klappt hier nicht?`,
  otherWay: 'Auf anderem Weg weitermachen',
  otherWayThere: 'Wenn Sie sich nicht anmelden können, wählen Sie dort „Auf anderem Weg weitermachen“.',
  denied: (platform) => `Sie haben sich nicht mit ${platform} angemeldet, deshalb wurde nichts verbunden.`,
  wrongPerson: {
    title: 'Diese Anmeldung ist für jemand anderen',
    text: (platform) =>
      `Sie sind mit ${platform} als eine andere Person angemeldet als die, die um diese Anmeldung gebeten hat. Sie ist beendet, und es wurde nichts verbunden. Wenn Sie selbst darum gebeten haben, wechseln Sie in diesem Browser zum richtigen Konto und drücken Sie im Chat noch einmal „Anmelden“. Wenn Ihnen jemand einen Link zu dieser Seite geschickt hat, sagen Sie Ihrer Administration Bescheid.`,
  },
  tookTooLong: (platform) => `Die Anmeldung mit ${platform} hat zu lange gedauert. Bitte beginnen Sie noch einmal.`,
  unreachable: (platform) =>
    `${platform} ist gerade nicht erreichbar. Bitte versuchen Sie es in ein paar Minuten noch einmal.`,
  notSetUp: (platform) =>
    `${platform} lässt mich nicht fragen, wer Sie sind. Ihre Administration muss die Anmeldung mit ${platform} einrichten.`,
  notSure: (platform) =>
    `Ich konnte nicht sicher feststellen, wer sich mit ${platform} angemeldet hat. Bitte versuchen Sie es noch einmal, und sagen Sie Ihrer Administration Bescheid, wenn es wieder passiert.`,
});
