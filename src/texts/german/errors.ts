import type { Texts } from '../english.js';

export const errors = (): Texts['errors'] => ({
  'config.invalid': 'Ich bin nicht richtig eingerichtet. Bitte sagen Sie Ihrer Administration Bescheid.',
  'recipe.invalid':
    'Dieser Befehl hat einen Fehler in seinem Rezept. Bitte sagen Sie es der Person, die ihn geschrieben hat.',
  'recipe.stopped': 'Ein Teil dieses Befehls hat aufgehört.',
  'connector.invalid': 'Diese App ist nicht richtig eingerichtet. Bitte sagen Sie Ihrer Administration Bescheid.',
  'connection.invalid':
    'Diese Verbindung ist nicht richtig eingerichtet. Bitte sagen Sie Ihrer Administration Bescheid.',
  'connection.not_connected': 'Diese App ist nicht verbunden. Ihre Administration muss sie zuerst verbinden.',
  'connection.no_person': 'Dafür muss sich eine Person anmelden, und es ist niemand da, der das könnte.',
  'datapill.failed':
    'Dieser Befehl hat einen Fehler in seinem Rezept. Bitte sagen Sie es der Person, die ihn geschrieben hat.',
  'store.unavailable': 'Ich komme gerade nicht an mein Gedächtnis. Bitte versuchen Sie es gleich noch einmal.',
  'keys.unavailable':
    'Ich komme gerade nicht an das, was mein Gedächtnis öffnet. Bitte versuchen Sie es später noch einmal.',
  'store.corrupt': 'Etwas Gespeichertes lässt sich nicht mehr lesen. Bitte sagen Sie Ihrer Administration Bescheid.',
  'oauth.invalid_grant': 'Ihre Anmeldung gilt nicht mehr. Bitte melden Sie sich noch einmal an.',
  'oauth.operator': 'Die App lehnt meine Zugangsdaten ab. Ihre Administration muss die Verbindung in Ordnung bringen.',
  'oauth.transient': 'Die App ist gerade nicht erreichbar. Bitte versuchen Sie es später noch einmal.',
  'oauth.protocol':
    'Die App hat auf die Anmeldung eine Antwort gegeben, die ich nicht verstehe. Bitte sagen Sie Ihrer Administration Bescheid.',
  'app.unauthorized': 'Die App nimmt die Anmeldung nicht mehr an. Bitte melden Sie sich noch einmal an.',
  'app.forbidden': 'Ihrem Konto fehlt die Berechtigung dafür.',
  'app.bad_input': 'Die App hat die Eingabe nicht angenommen.',
  'app.not_found': 'Die App konnte das nicht finden.',
  'app.conflict': 'Die App meldet einen Konflikt mit dem, was schon da ist.',
  'app.busy': 'Die App wird schon so oft gefragt, wie sie darf. Bitte versuchen Sie es später noch einmal.',
  'app.rate_limited': 'Die App bekommt zu viele Anfragen. Bitte versuchen Sie es später noch einmal.',
  'app.unavailable': 'Die App ist gerade nicht erreichbar. Bitte versuchen Sie es später noch einmal.',
  'app.unexpected_answer': 'Die App hat eine Antwort gegeben, die ich nicht verstehe.',
  'egress.refused': 'Diese Adresse darf ich nicht aufrufen. Bitte sagen Sie Ihrer Administration Bescheid.',
  'chat.request_invalid': 'Das konnte ich nicht lesen.',
  'chat.under_way': 'Daran arbeite ich schon.',
  'chat.delivery_failed': 'Ich konnte die Antwort nicht zustellen.',
  'chat.file_gone': 'Diese Datei ist nicht mehr da. Bitte schicken Sie sie noch einmal.',
  'chat.file_too_large': 'Diese Datei ist zu groß.',
  'chat.file_forbidden': 'Diese Datei darf ich nicht lesen. Bitte sagen Sie Ihrer Administration Bescheid.',
  'chat.file_unavailable': 'Diese Datei lässt sich gerade nicht lesen. Bitte versuchen Sie es später noch einmal.',
  'job.interrupted':
    'Ich wurde unterbrochen und weiß nicht, ob der letzte Schritt getan wurde. Bitte sehen Sie in der App nach, bevor Sie ihn wiederholen.',
  'job.cancelled': 'Das wurde abgebrochen.',
  'job.timeout': 'Das hat länger gedauert, als es darf.',
  'job.limit': 'Das ist mehr, als ich auf einmal bearbeiten kann.',
  'job.lost': 'Das hat ein anderer Prozess übernommen.',
  internal: 'Bei mir ist etwas schiefgegangen.',
});
