import type { PageFile, PlaygroundConversation } from './api.js';

interface Suggestion {
  readonly label: string;
  readonly text: string;
  readonly file?: PageFile;
}

const SAMPLE: PageFile = {
  name: 'Offer for Acme.txt',
  type: 'text/plain',
  content: btoa('Our best offer for Acme.\n'),
};

const IN_DIRECT: readonly Suggestion[] = [
  { label: 'help', text: 'help' },
  { label: 'create opportunity', text: 'create opportunity account: Acme amount: 5000' },
  { label: 'pipeline', text: 'pipeline account: Acme' },
  { label: 'new deal', text: 'new deal' },
  { label: 'plan visit', text: 'plan visit account: Acme' },
  { label: 'move opportunity', text: 'move opportunity' },
  { label: 'file proposal', text: 'file proposal account: Globex' },
  { label: 'store document', text: 'store document', file: SAMPLE },
  { label: 'price list', text: 'price list' },
  { label: 'personal_connections', text: 'personal_connections' },
];

const IN_COMPANY: readonly Suggestion[] = [
  { label: 'help', text: '@Behalf help' },
  { label: 'create opportunity', text: '@Behalf create opportunity account: Acme amount: 5000' },
  { label: 'approve discount', text: '@Behalf approve discount account: Acme percent: 15' },
  { label: 'log note', text: '@Behalf log note text: Met at the fair' },
  { label: 'personal_connections', text: '@Behalf personal_connections' },
];

const IN_SLACK: readonly Suggestion[] = [{ label: '/behalf', text: '/behalf pipeline account: Acme' }];

interface TriesProps {
  readonly conversation: PlaygroundConversation;
  readonly onTry: (text: string, files: readonly PageFile[]) => void;
}

/** Things to try where one is: what is asked beside others mentions the bot. */
export function Tries({ conversation, onTry }: TriesProps) {
  const { kind, platform } = conversation;
  const suggestions = [...(kind === 'direct' ? IN_DIRECT : IN_COMPANY), ...(platform === 'slack' ? IN_SLACK : [])];
  return (
    <div className="tries">
      <span className="tries-label">Try:</span>
      {suggestions.map(({ file, label, text }) => (
        <button
          key={label}
          type="button"
          className="chip"
          title={file ? `${text}, with ${file.name}` : text}
          aria-label={`Try ${text.replace('@Behalf ', '')}`}
          onClick={() => onTry(text, file ? [file] : [])}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
