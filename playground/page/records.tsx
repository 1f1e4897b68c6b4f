import type { Creator, PlaygroundState } from './api.js';
import { sizeOf } from './attachments.js';
import { ExternalIcon } from './icons.js';
import { ProgramCard } from './program-card.js';

const EURO = new Intl.NumberFormat('en-IE', { style: 'currency', currency: 'EUR', maximumFractionDigits: 0 });

function By({ creator, state }: { readonly creator: Creator; readonly state: PlaygroundState }) {
  const own = creator.username === state.person.appLogin.username;
  return <strong className={own ? 'by by-own' : 'by'}>{creator.name}</strong>;
}

/** What the bot's work left in the two demo apps. */
export function Records({ state }: { readonly state: PlaygroundState }) {
  const { person, files } = state;
  const opportunities = [...state.crm.opportunities].reverse();
  return (
    <section className="records" aria-label="Records of the demo apps">
      <section className="card" aria-labelledby="crm-title">
        <h2 id="crm-title">
          <span className="app-mark app-crm" aria-hidden="true">
            C
          </span>
          Acme CRM <span className="count">{opportunities.length}</span>
        </h2>
        {opportunities.length === 0 ? (
          <p className="empty">No opportunities yet. Ask the bot to create one.</p>
        ) : (
          <ul className="rows">
            {opportunities.map((opportunity) => (
              <li key={opportunity.id}>
                <p className="row-title">
                  <span>{opportunity.name}</span>
                  {opportunity.amount !== null && <span className="amount">{EURO.format(opportunity.amount)}</span>}
                </p>
                <p className="row-facts">
                  {opportunity.id} · {opportunity.account} · {opportunity.stage}
                </p>
                <p className="row-by">
                  created by <By creator={opportunity.created_by} state={state} />
                </p>
              </li>
            ))}
          </ul>
        )}
        <Notes state={state} />
      </section>
      <section className="card" aria-labelledby="files-title">
        <h2 id="files-title">
          <span className="app-mark app-files" aria-hidden="true">
            F
          </span>
          Acme Files <span className="count">{files.length}</span>
        </h2>
        {files.length === 0 ? (
          <p className="empty">No files yet. Ask the bot to file a proposal.</p>
        ) : (
          <ul className="rows">
            {[...files].reverse().map((file) => (
              <li key={file.id}>
                <p className="row-title">
                  <a href={file.url} target="_blank" rel="noopener noreferrer">
                    {file.name} <ExternalIcon />
                  </a>
                </p>
                <p className="row-facts">
                  {file.id} · {sizeOf(file.size)}
                </p>
                <p className="row-by">
                  created by <By creator={file.owner} state={state} />
                </p>
              </li>
            ))}
          </ul>
        )}
      </section>
      <section className="card hint" aria-labelledby="login-title">
        <h2 id="login-title">Your login for both apps</h2>
        <dl>
          <dt>Username</dt>
          <dd>
            <code>{person.appLogin.username}</code>
          </dd>
          <dt>Password</dt>
          <dd>
            <code>demo</code>
          </dd>
        </dl>
      </section>
      <ProgramCard programKey={state.programKey} />
    </section>
  );
}

const NEWEST_NOTES = 4;

function Notes({ state }: { readonly state: PlaygroundState }) {
  const notes = [...state.crm.notes].reverse().slice(0, NEWEST_NOTES);
  const older = state.crm.notes.length - notes.length;
  if (notes.length === 0) return null;
  return (
    <>
      <h3 className="rows-title">Notes</h3>
      <ul className="rows">
        {notes.map((note) => (
          <li key={note.id}>
            <p className="row-text">{note.text}</p>
            <p className="row-by">
              created by <By creator={note.created_by} state={state} />
            </p>
          </li>
        ))}
      </ul>
      {older > 0 && <p className="empty">and {older} older</p>}
    </>
  );
}
