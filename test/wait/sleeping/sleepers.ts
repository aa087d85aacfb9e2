import type { StoredRequest } from '../../processmaker';

/** How the Request that an execution sleeps for ends. */
export type End = 'COMPLETED' | 'CANCELED' | 'ERROR';

const ENDS: End[] = ['COMPLETED', 'CANCELED', 'ERROR'];

/** What happens to sleepers, and how many of them there are. */
const GROUPS = {
  /** They end while everything runs. */
  plain: 9,
  /** Their calls are broken on the way, and answers are lost. */
  disturbed: 6,
  /** They end before n8n has put their execution to sleep. */
  racing: 3,
  /** They end while n8n is stopped. */
  stopped: 9,
  /** They end while n8n is dead. */
  killed: 9,
  /** The trigger has given them out, and n8n is killed before it calls. */
  between: 9,
  /** Their credential points at another instance meanwhile. */
  moved: 3,
  /** Another instance answers at the address of theirs meanwhile. */
  replaced: 3,
  /** A part of theirs, with all of their data, ends long before them. */
  parent: 3,
  /** They were started by somebody else, and a later node sleeps for them. */
  foreign: 3,
  /** They outlast the limit. */
  limited: 3,
  /** The same, and their credential is deleted. */
  deleted: 2,
  /** They outlast everything, and are called the most. */
  flooded: 4,
} as const;

export type Group = keyof typeof GROUPS;

/** An execution that sleeps for one Request. Its name stands in the data of both. */
export interface Sleeper {
  name: string;
  group: Group;
  end: End;
}

/** All sleepers of the proof. Those of a sub-process are completed, since a canceled part lets its parent go on. */
export const SLEEPERS: Sleeper[] = (Object.keys(GROUPS) as Group[]).flatMap((group) =>
  Array.from({ length: GROUPS[group] }, (_, index) => ({
    name: `${group}-${index}`,
    group,
    end: (group === 'parent' ? undefined : ENDS[index % ENDS.length]) ?? 'COMPLETED',
  })),
);

/** The sleepers of some groups. */
export function sleepersOf(...groups: Group[]): Sleeper[] {
  return SLEEPERS.filter(({ group }) => groups.includes(group));
}

/** Whether nobody calls them in time. */
export const isToTimeOut = ({ group }: Sleeper): boolean => group === 'limited' || group === 'deleted';

/** The Requests of the sleepers by name, as the stand-in has them; not those of sub-processes. */
export function requestsByName(requests: StoredRequest[]): Map<string, StoredRequest> {
  return new Map(
    requests.flatMap((request) => {
      const { sleeper } = request.data;
      return typeof sleeper === 'string' && request.parentRequestId === null ? [[sleeper, request]] : [];
    }),
  );
}
