import type { PageFile, PlaygroundFile } from './api.js';
import { CloseIcon, FileIcon } from './icons.js';

/** All files of one message together. */
const MOST_BYTES = 5_000_000;
const UNITS = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

/** Reads what somebody picked. Rejects with a sentence when it is too much. */
export async function readFiles(picked: Iterable<File> | null): Promise<readonly PageFile[]> {
  const files = [...(picked ?? [])];
  const total = files.reduce((sum, { size }) => sum + size, 0);
  if (total > MOST_BYTES) throw new Error('That is more than 5 MB, which is the most that this playground takes.');
  return Promise.all(files.map(async (file) => ({ name: file.name, type: file.type, content: await base64Of(file) })));
}

function base64Of(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(',')[1] ?? '');
    reader.onerror = () => reject(new Error('The file cannot be read.'));
    reader.readAsDataURL(file);
  });
}

export function sizeOf(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${UNITS.format(bytes / 1_000)} kB` : `${UNITS.format(bytes / 1_000_000)} MB`;
}

/** What somebody has sent along with a message. */
export function SentFiles({ files }: { readonly files: readonly PlaygroundFile[] }) {
  return (
    <ul className="files" aria-label="Attached files">
      {files.map(({ name, size }) => (
        <li key={name} className="file">
          <FileIcon />
          <span className="file-name">{name}</span>
          <span className="file-size">{sizeOf(size)}</span>
        </li>
      ))}
    </ul>
  );
}

/** What will be sent along with the next message. */
export function PickedFiles({
  files,
  onRemove,
}: {
  readonly files: readonly PageFile[];
  readonly onRemove: (file: PageFile) => void;
}) {
  if (files.length === 0) return null;
  return (
    <ul className="files files-picked" aria-label="Files to send">
      {files.map((file) => (
        <li key={file.name} className="file">
          <FileIcon />
          <span className="file-name">{file.name}</span>
          <button
            type="button"
            className="file-remove"
            aria-label={`Remove ${file.name}`}
            onClick={() => onRemove(file)}
          >
            <CloseIcon />
          </button>
        </li>
      ))}
    </ul>
  );
}
