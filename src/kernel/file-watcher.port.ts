/** Tells of changes below folders. */
export interface FileWatcher {
  /**
   * Calls `onChange` after files were added, changed or removed: below the folder, as far as `isWanted` says so of their path
   * below it (with `/`). Sees editors' renames and swapped symbolic links; may call for nothing, and several times for one
   * change. Resolves when changes are seen.
   */
  watch(folder: string, isWanted: (path: string) => boolean, onChange: () => void): Promise<FileWatch>;
}

export interface FileWatch {
  close(): Promise<void>;
}
