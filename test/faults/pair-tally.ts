import type { RequestRow } from '../processmaker/database/rows';
import type { Part } from './part';
import { Tally } from './tally';

export const TWICE_AT_ONCE = 'two executions with one key at once';
const LEAST_TWICE = 5;

/** The Requests that an item names: the one that it returns, and others. */
export interface Named {
  id: number | undefined;
  duplicates: number[];
}

/** A key that two executions have started at once, and what the item of each says. */
export interface Pair {
  order: string;
  items: Array<Named | undefined>;
}

/** The Requests of each order. */
export type Stored = Map<string, RequestRow[]>;

/** Judges the pairs by the database. */
export function judgePairs(pairs: Pair[], stored: Stored): Part {
  const tally = new Tally();
  let twice = 0;
  let different = 0;
  let bothSaw = 0;
  for (const pair of pairs) {
    const requests = stored.get(pair.order) ?? [];
    if (requests.length > 1) twice++;
    count(tally, pair, requests);
    if (!bothSawBoth(pair, requests)) continue;
    bothSaw++;
    if (new Set(pair.items.map((named) => named?.id)).size > 1) different++;
  }
  console.log(`${TWICE_AT_ONCE}: ${pairs.length} keys, started twice ${twice}, of which both saw ${bothSaw}`);
  return {
    name: TWICE_AT_ONCE,
    tally,
    byFault: { [TWICE_AT_ONCE]: twice },
    missed: [
      ...(twice < LEAST_TWICE ? [`less than ${LEAST_TWICE} keys were started twice`] : []),
      ...(bothSaw === 0 ? ['in no pair both executions saw both Requests'] : []),
      ...(different > 0 ? [`${different} pairs saw both Requests, and did not return the same`] : []),
    ],
  };
}

function count(tally: Tally, { items }: Pair, requests: RequestRow[]): void {
  const ids = requests.map(({ id }) => id);
  const named = new Set(items.flatMap((one) => (one ? idsIn(one) : [])));
  tally.items += items.length;
  tally.started += requests.length;
  // Of several, those are duplicates that nobody can learn of.
  if (ids.length > 1) tally.duplicated += ids.filter((id) => !named.has(id)).length;
  // One that goes on has to be left of every key.
  if (!requests.some(({ status }) => status === 'ACTIVE')) tally.lost++;
  for (const one of items) {
    if (one?.id === undefined) tally.reportedUnknown++;
    else if (!idsIn(one).every((id) => ids.includes(id)) || one.duplicates.includes(one.id)) {
      tally.falselyReported++;
    } else if (requests.find(({ id }) => id === one.id)?.status !== 'ACTIVE') tally.falselyReported++;
  }
}

function idsIn({ id, duplicates }: Named): number[] {
  return id === undefined ? duplicates : [id, ...duplicates];
}

function bothSawBoth({ items }: Pair, requests: RequestRow[]): boolean {
  return (
    requests.length > 1 && items.every((one) => requests.every(({ id }) => one && idsIn(one).includes(id)))
  );
}
