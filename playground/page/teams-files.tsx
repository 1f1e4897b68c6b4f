import { sizeOf } from './attachments.js';
import { FileIcon } from './icons.js';
import { isJson, type Json, listOf } from './values.js';

const CONSENT = 'application/vnd.microsoft.teams.card.file.consent';
const INFO = 'application/vnd.microsoft.teams.card.file.info';

/** The files in an activity: those that the bot asks about, and those that lie in the person's OneDrive. */
export function TeamsFiles({
  activity,
  busy,
  onAnswer,
}: {
  readonly activity: Json;
  readonly busy: boolean;
  readonly onAnswer: (answer: 'accept' | 'decline') => void;
}) {
  const files = listOf(activity['attachments']).filter(
    ({ contentType }) => contentType === CONSENT || contentType === INFO,
  );
  return files.map((file) => {
    const name = String(file['name']);
    return file['contentType'] === INFO ? (
      <GivenFile key={name} name={name} />
    ) : (
      <OfferedFile
        key={name}
        name={name}
        content={isJson(file['content']) ? file['content'] : {}}
        busy={busy}
        onAnswer={onAnswer}
      />
    );
  });
}

function OfferedFile({
  busy,
  content,
  name,
  onAnswer,
}: {
  readonly name: string;
  readonly content: Json;
  readonly busy: boolean;
  readonly onAnswer: (answer: 'accept' | 'decline') => void;
}) {
  const { description, sizeInBytes } = content;
  return (
    <section className="teams-file" aria-label={`Offered file ${name}`}>
      <p className="file">
        <FileIcon />
        <span className="file-name">{name}</span>
        {typeof sizeInBytes === 'number' && <span className="file-size">{sizeOf(sizeInBytes)}</span>}
      </p>
      <p>{typeof description === 'string' && description}</p>
      <p className="teams-file-ask">Behalf needs your permission to put this file into your OneDrive.</p>
      <p className="teams-file-answers">
        <button type="button" className="teams-file-allow" disabled={busy} onClick={() => onAnswer('accept')}>
          Allow
        </button>
        <button type="button" disabled={busy} onClick={() => onAnswer('decline')}>
          Decline
        </button>
      </p>
    </section>
  );
}

function GivenFile({ name }: { readonly name: string }) {
  return (
    <section className="teams-file" aria-label={`File ${name} in your OneDrive`}>
      <p className="file">
        <FileIcon />
        <span className="file-name">{name}</span>
        <span className="file-size">in your OneDrive</span>
      </p>
    </section>
  );
}
