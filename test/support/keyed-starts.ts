import type { IDataObject, INodeParameters } from 'n8n-workflow';
import type { Run } from './run';
import { ERROR_OUTPUT, keyedStart } from './workflows';
import type { Harness } from './harness';

/** What the tests of a file about Idempotency Keys share. No two of them have the same keys. */
export function useKeyedStarts(harness: Harness) {
  let testCount = 0;
  beforeEach(() => testCount++);
  const keyed = (options: INodeParameters = {}) => keyedStart(`t${testCount}`, options);
  return {
    /** A number that no other test of the file has; keys begin with `t` and this number. */
    testNumber: () => testCount,
    /** Parameters whose Idempotency Key is the item's number. */
    keyed,
    /** Starts an item for each of these numbers. */
    start: (numbers: string[], options: INodeParameters = {}): Promise<Run> =>
      harness.start(keyed(options), { input: itemsOf(...numbers), settings: ERROR_OUTPUT }),
    /** The ids of the Requests that the test has made. */
    ids: () => harness.requests().map(({ id }) => id),
  };
}

export const itemsOf = (...numbers: string[]) => numbers.map((number) => ({ number }));

/** The items of the success output. */
export const outputs = (run: Run): IDataObject[] => run.items('ProcessMaker');
