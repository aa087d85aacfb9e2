import type { Act } from './model/others';

/** What ProcessMaker makes of a call: nothing, or the change, at once or later than the caller has got its response. */
export type Does = 'never' | 'now' | 'soon' | 'late';

/** What the caller gets. */
export type Sees =
  | 'response'
  | 'reset'
  | 'refused'
  | 'timeout'
  | 'own 500'
  | "gateway's 500"
  | '502'
  | "gateway's 503"
  | '504'
  | 'page with 200'
  | '429'
  | '429 with Retry-After'
  | 'maintenance'
  | 'maintenance with Retry-After'
  | 'cut body'
  | 'slow drip'
  | 'doubled by a proxy';

export interface Fault {
  name: string;
  sees: Sees;
  does: Does;
  /** For so long after it, lists are behind. */
  listLag?: number;
  /** Once after it, while a list is read, somebody deletes a row of its first page: what follows moves up by one. */
  movesRows?: true;
  /** What another user does about the same thing, just before the call arrives, or before its caller can look. */
  other?: { act: Act; when: 'before' | 'after' };
}

/** Within the looks of every operation, and after every window. */
export const DELAYS = { soon: 2000, late: 40_000 } as const;
const LIST_LAG_MS = 6000;

const DOING: Record<Does, string> = {
  never: 'not carried out',
  now: 'carried out',
  soon: 'carried out soon after',
  late: 'carried out after every window',
};

const ALL: Does[] = ['never', 'now', 'soon', 'late'];
const POSSIBLE: Record<Sees, Does[]> = {
  // Nothing is wrong with it: others do something meanwhile.
  response: [],
  reset: ALL,
  timeout: ALL,
  "gateway's 500": ALL,
  '502': ALL,
  "gateway's 503": ALL,
  '504': ALL,
  'page with 200': ALL,
  // With its own 500, ProcessMaker has ended its work.
  'own 500': ['never', 'now'],
  refused: ['never'],
  '429': ['never'],
  '429 with Retry-After': ['never'],
  maintenance: ['never'],
  'maintenance with Retry-After': ['never'],
  'cut body': ['now'],
  'slow drip': ['now'],
  'doubled by a proxy': ['now'],
};

/** Responses that prove that nothing was done. */
export const PROVES_NOTHING_DONE: ReadonlySet<Sees> = new Set<Sees>([
  'refused',
  '429',
  '429 with Retry-After',
  'maintenance',
  'maintenance with Retry-After',
]);

const ACTS: Act[] = [
  'cancels the Request',
  'deletes the Request',
  'completes the Request by hand',
  'retries the Request',
  'updates the data',
  'triggers the event',
  'completes the Task',
  'reassigns the Task',
  'uploads another file',
  'deletes the file',
];

/** Another user is faster, or comes in between. */
const OF_OTHERS: Fault[] = ACTS.flatMap((act): Fault[] => [
  {
    name: `before it, another user ${act}`,
    sees: 'response',
    does: 'now',
    other: { act, when: 'before' },
  },
  {
    name: `reset, not carried out, and another user ${act}`,
    sees: 'reset',
    does: 'never',
    other: { act, when: 'before' },
  },
  {
    name: `reset, carried out, and then another user ${act}`,
    sees: 'reset',
    does: 'now',
    other: { act, when: 'after' },
  },
  {
    name: `reset, carried out soon after, and before that another user ${act}`,
    sees: 'reset',
    does: 'soon',
    other: { act, when: 'before' },
  },
]);

/** Every fault class: what is seen, and what was done. */
export const FAULTS: Fault[] = [
  ...(Object.entries(POSSIBLE) as Array<[Sees, Does[]]>).flatMap(([sees, all]) =>
    all.map((does): Fault => ({ name: `${sees}, ${DOING[does]}`, sees, does })),
  ),
  { name: 'reset, carried out, and lists are behind', sees: 'reset', does: 'now', listLag: LIST_LAG_MS },
  { name: 'a row is deleted while the next list is read', sees: 'response', does: 'now', movesRows: true },
  {
    name: 'reset, carried out, and a row is deleted while the next list is read',
    sees: 'reset',
    does: 'now',
    movesRows: true,
  },
  ...OF_OTHERS,
];

/** Whether something is wrong with the response. */
export const isLost = (fault: Fault | undefined): boolean => fault !== undefined && fault.sees !== 'response';

/** One fault in a history, at one of its calls. */
export interface PlacedFault {
  fault: Fault;
  /** Counted from 0: of the calls that change something, or of all. */
  of: 'changes' | 'calls';
  nth: number;
}
