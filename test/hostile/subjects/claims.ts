import type { IDataObject } from 'n8n-workflow';
import { failedItem, isFailedItem } from '../../support/failed-item';
import type { IdOperation } from '../../support/id-operations';
import type { Run } from '../../support/run';
import type { Lane } from '../lane';

/** The outcomes that say that the server did nothing. */
const NOTHING_DONE = ['notStarted', 'notDone', 'notUploaded'];

/** What the node claims of one item: that its change was made, that it was not, or neither. */
type Claim = 'made' | 'notMade' | 'unknown';

/** What the node claims of each item of its input. */
function claimsOf(run: Run, count: number): Claim[] {
  const claims = Array<Claim>(count).fill('unknown');
  for (const { json, pairedItem } of run.outputs('ProcessMaker').flat()) {
    const { item } = pairedItem as { item: number };
    if (!isFailedItem(json)) claims[item] = 'made';
    else if (NOTHING_DONE.includes(failedItem(json).outcome ?? '')) claims[item] = 'notMade';
  }
  const { itemIndex, outcome } = contextOf(run.error);
  if (typeof itemIndex === 'number' && NOTHING_DONE.some((one) => one === outcome))
    claims[itemIndex] = 'notMade';
  return claims;
}

function contextOf(error: Run['error']): IDataObject {
  return error && 'context' in error ? error.context : {};
}

/**
 * Compares what the node claims of its items with what the stand-in has done.
 *
 * @param startsBefore how many Requests there were before the run
 */
export function falseClaims(
  run: Run,
  { operation, change }: IdOperation,
  items: IDataObject[],
  { harness, fault }: Lane,
  startsBefore: number,
): string[] {
  if (!change) return [];
  const claims = claimsOf(run, items.length);
  // A list that lies may have led a start to another process, which nobody can know: starts are only counted.
  if (operation === 'request start') {
    return wrongNumber(claims, harness.server.requests().length - startsBefore);
  }
  return items.flatMap((item, index) => {
    const isMade = change.isMade(harness, item);
    if (claims[index] === 'made' && !isMade) return [`item ${index} is reported as done, and is not`];
    if (claims[index] === 'notMade' && isMade && !fault?.isLie)
      return [`item ${index} is reported as not done, and is`];
    return [];
  });
}

function wrongNumber(claims: Claim[], made: number): string[] {
  const count = (claim: Claim) => claims.filter((one) => one === claim).length;
  const [claimed, unknown] = [count('made'), count('unknown')];
  if (claimed > made) return [`${claimed} items are reported as started, and ${made} were`];
  if (made > claimed + unknown) return [`${made} were started, and only ${claimed + unknown} may have been`];
  return [];
}
