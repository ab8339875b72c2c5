/** What a promise of the public API is rejected with. code is stable. */
export class MessengerError extends Error {
  constructor(
    readonly code: string,
    description: string,
    /** HTTP status; 0 when no answer came. */
    readonly status = 0,
    readonly field?: string,
    /** Milliseconds that the server asks to wait. */
    readonly wait?: number,
  ) {
    super(description);
    this.name = 'MessengerError';
  }

  /** The same call may succeed later. */
  get temporary(): boolean {
    return this.code === 'network' || this.status === 429 || this.status >= 500;
  }
}

export function temporary(why: unknown): boolean {
  return why instanceof MessengerError && why.temporary;
}

export function codeOf(why: unknown): string {
  return why instanceof MessengerError ? why.code : '';
}
