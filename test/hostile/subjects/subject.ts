import type { Lane } from '../lane';
import type { Random } from '../random';

/** What came of a case, as a person or n8n's database can see it. */
export interface Told {
  /** Everything that is kept or shown: items, errors, hints. */
  text: string;
  /** The messages of what went wrong. */
  messages: string[];
  /** What was reported that is not so. */
  falseStarts: string[];
  /** What else must not be. */
  others: string[];
}

/** Does what a case is about, while the server is hostile. */
export type Deed = (signal: AbortSignal) => Promise<Told>;

/** What meets hostile servers: an operation, the test of a credential, a list of the editor, or the trigger. */
export interface Subject {
  /** Its name in `byOperation`. */
  name: string;
  /** It reads lists, of which pages can be wrong. */
  readsLists: boolean;
  /** The package itself reads the response, and can bound it. */
  isBounded: boolean;
  canCancel: boolean;
  /** It keeps state between polls. */
  keepsState: boolean;
  /** Its change can be looked up when the response is lost. */
  changes: boolean;
  /** What it changes is found by what the server says. */
  looksUp: boolean;
  /** So many calls go well first. */
  after: number;
  /** Makes what it needs, on a healthy server. */
  prepare: (lane: Lane, random: Random) => Promise<Deed>;
}

/** What most subjects are. */
export const ORDINARY: Omit<Subject, 'name' | 'prepare'> = {
  readsLists: true,
  isBounded: true,
  canCancel: false,
  keepsState: false,
  changes: false,
  looksUp: false,
  after: 0,
};
