import type { FoundRequest } from '../api/requests/hiddenKey';
import { type ApiRequest, isBeingRetried, starterOf } from '../api/requests/requests';
import type { Mark } from '../execution/attemptStorage';
import { addTo } from '../guards';
import { inProcess, parseUserKey, userKey, userKeyPrefix, userKeyPrefixOf } from './keys';
import type { KnownStarts } from './knownStarts';
import type { TargetedStart } from './readStart';
import { type Owners, sortByKey } from './sameKey';
import {
  alreadyExists,
  copyGoesOn,
  heldByOther,
  starterUnclear,
  stillUnknown,
  takenByOther,
} from './startErrors';

// What the users' own Idempotency Keys decide.

/** @returns the first item of each user's key and process; the others are noted as its duplicates */
export function takePrimaries(known: KnownStarts, starts: TargetedStart[]): TargetedStart[] {
  const primaries = new Map<string, TargetedStart>();
  for (const start of starts) {
    const { idempotencyKey } = start.options;
    if (idempotencyKey === undefined) continue;
    const scope = inProcess(start.target.processId, idempotencyKey);
    const primary = primaries.get(scope);
    if (primary) known.set(start.index, { state: 'duplicate', primary: primary.index });
    else primaries.set(scope, start);
  }
  return [...primaries.values()];
}

/** Looks once for what any execution has started under the users' own keys: few calls for each process. */
export async function lookByUserKeys(known: KnownStarts, primaries: TargetedStart[]): Promise<void> {
  const byProcess = new Map<number, TargetedStart[]>();
  for (const start of primaries) {
    if (known.isOpen(start)) addTo(byProcess, start.target.processId, start);
  }
  for (const [processId, starts] of byProcess) {
    const includeStarter = starts.some(({ options }) => options.onForeign === 'error');
    const found = await known.find({ prefixes: starts.map(prefixOf), processId, includeStarter }, starts);
    if (!found) continue;
    const byPrefix = new Map<string, FoundRequest[]>();
    for (const one of found) addTo(byPrefix, userKeyPrefixOf(one.key), one);
    const tellsUsers = starts.some(
      (start) => start.options.onForeign !== 'return' && byPrefix.has(prefixOf(start)),
    );
    const read = await known.reading(starts, async () => ({
      owners: tellsUsers ? await known.ownersOf(found) : undefined,
    }));
    if (!read) continue;
    for (const start of starts) {
      decideByOwners(known, start, { found: byPrefix.get(prefixOf(start)) ?? [], ...read });
    }
  }
}

interface Holders {
  /** All Requests with the user's key. */
  found: FoundRequest[];
  /** The users whose Requests are this node's own. */
  owners: Owners | undefined;
}

/** Everybody who may start the process can put the key into the data. */
function decideByOwners(known: KnownStarts, start: TargetedStart, { found, owners }: Holders): void {
  const { onForeign, idempotencyKey = '' } = start.options;
  const [first] = found;
  if (!first || onForeign === 'return') {
    decideByGenerations(known, start, found);
    return;
  }
  if (!owners) {
    known.fail(start, starterUnclear(first, idempotencyKey));
    return;
  }
  const hasOwn = found.some(({ request }) => owners.has(starterOf(request)));
  const copy = hasOwn ? undefined : found.find(({ key }) => known.isOfRun(key));
  const mark = known.record.earlierMark(start.index);
  if (copy) known.fail(start, heldByOther(copy.request));
  else if (hasOwn || onForeign === 'ignore') decideByGenerations(known, start, found, owners);
  // An earlier attempt has sent it, before or after the other user.
  else if (typeof mark === 'string') known.fail(start, stillUnknown(mark));
  else known.fail(start, takenByOther(first, idempotencyKey));
}

/** A start under a user's key, with what its key says. */
interface Generation extends FoundRequest {
  generation: number;
  run: string;
  round: number;
}

/** @param owners whose Requests count; those of all users when it is undefined */
function decideByGenerations(
  known: KnownStarts,
  start: TargetedStart,
  found: FoundRequest[],
  owners?: Owners,
): void {
  const { record } = known;
  const { run } = record.identity;
  const { onExisting, idempotencyKey = '' } = start.options;
  const prefix = prefixOf(start);
  const { starts, copies, foreign } = sortByKey(found, owners);
  const generations = starts.flatMap((one): Generation[] => {
    const parts = parseUserKey(one.key, prefix);
    return parts ? [{ ...one, ...parts }] : [];
  });
  const last = Math.max(-1, ...generations.map(({ generation }) => generation));
  const newest = generations.filter(({ generation }) => generation === last);
  const same = newest.map(({ request }) => request);
  const request = primaryOf(same);
  const nextKey = userKey(prefix, last + 1, run, record.round);
  if (!request) {
    startUnlessSent(known, start, nextKey, record.earlierMark(start.index));
    return;
  }
  // What this very iteration has started is returned, like everything else on a repeat.
  const own = newest.find((one) => one.run === run && one.round === record.round);
  if (!own && onExisting === 'error') {
    known.fail(start, alreadyExists(request, idempotencyKey));
  } else if (!own && onExisting === 'startAgain' && hasEndedBadly(request)) {
    const goingOn = copies.filter((copy) => !hasEndedBadly(copy));
    if (goingOn.length > 0) known.fail(start, copyGoesOn(request, idsOf(goingOn)));
    else startAgain(known, start, nextKey, generations);
  } else {
    const sameKey = [...copies, ...foreign];
    const isOwn = own?.request === request;
    known.set(start.index, {
      state: 'found',
      found: request,
      alreadyStarted: true,
      isOwn,
      same,
      sameKey,
      own,
    });
  }
}

/** Starts the next generation. An earlier attempt may have sent it already. */
function startAgain(known: KnownStarts, start: TargetedStart, key: string, generations: Generation[]): void {
  const mark = known.record.earlierMark(start.index);
  const isSeen = generations.some((one) => one.key === mark);
  startUnlessSent(known, start, key, typeof mark === 'string' && !isSeen ? mark : undefined);
}

/** An earlier attempt may have sent the same key for an item that stood in another place. */
function startUnlessSent(
  known: KnownStarts,
  start: TargetedStart,
  key: string,
  ownMark: Mark | undefined,
): void {
  const wasSent = known.record.openKeys().some((open) => open.key === key);
  known.set(start.index, { state: 'toStart', key });
  known.decideByMark(start, wasSent ? key : ownMark);
}

const idsOf = (requests: ApiRequest[]) => requests.map(({ id }) => id);

/**
 * Of Requests with the same key and generation, the one that counts: that with the lowest id. One that has ended in
 * ERROR or CANCELED only counts when all have, so that none is started again while another one is there.
 */
export function primaryOf(same: ApiRequest[]): ApiRequest | undefined {
  return same.find((request) => !hasEndedBadly(request)) ?? same[0];
}

function hasEndedBadly(request: ApiRequest): boolean {
  return request.status === 'CANCELED' || (request.status === 'ERROR' && !isBeingRetried(request));
}

function prefixOf({ options }: TargetedStart): string {
  return userKeyPrefix(options.idempotencyKey ?? '');
}
