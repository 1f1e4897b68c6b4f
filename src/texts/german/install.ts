import type { Texts } from '../english.js';

export const install = (): Texts['install'] => ({
  startAgain: {
    title: 'Bitte beginnen Sie noch einmal',
    text: 'Die Installation wurde in einem anderen Browser begonnen, oder vor zu langer Zeit, oder Cookies sind ausgeschaltet. Es wurde nichts installiert. Wenn Ihnen jemand einen Link zu dieser Seite geschickt hat, benutzen Sie ihn nicht.',
  },
  opened: 'Diese Seite wurde schon geöffnet. Um noch einmal zu installieren, beginnen Sie von vorn.',
  notInstalled: 'Nicht installiert',
  cancelled: 'Die Installation wurde in Slack abgebrochen, deshalb wurde nichts geändert.',
  unreadable: 'Die Antwort von Slack war nicht lesbar. Es wurde nichts installiert. Bitte beginnen Sie noch einmal.',
  notAllowed: (workspace) =>
    `${workspace} gehört nicht zu den Arbeitsbereichen, die diese App benutzen dürfen. Bitte fragen Sie deren Administration.`,
  installed: 'Installiert',
  isInstalled: (workspace) =>
    `Der Bot ist jetzt in ${workspace}. Öffnen Sie Slack und schreiben Sie ihm help in einer Direktnachricht.`,
  tookTooLong:
    'Slack nimmt die Installation nicht mehr an; vielleicht hat sie zu lange gedauert. Bitte beginnen Sie noch einmal.',
  failed:
    'Die App ließ sich nicht installieren. Bitte beginnen Sie gleich noch einmal. Wenn es wieder passiert, sagen Sie Ihrer Administration Bescheid.',
});
