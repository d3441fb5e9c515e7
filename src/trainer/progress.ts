/** What long work tells while it goes on; a terminal is one listener. */
export interface Progress {
  /** A sentence that is to stay. */
  note(text: string): void
  /**
   * How far a work is, `done` of `total`.
   * @param began `performance.now()` when it began, to tell the time left
   * @param before of `done`, what was done before that
   */
  work(what: string, done: number, total: number, began?: number, before?: number): void
  /** The same, of work that says itself how far it is. */
  line(text: string): void
  /** Ends what `work` and `line` renew. */
  close(): void
}

/** Nobody listens. */
export const SILENT: Progress = { note() {}, work() {}, line() {}, close() {} }
