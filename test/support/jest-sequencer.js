const path = require('node:path');
const { default: Sequencer } = require('@jest/test-sequencer');

/** The files that wait longest, in real time, in the order in which they begin. */
const LONGEST = [
  'duplicates',
  'secrets-in-errors',
  'change-outcome',
  'endless-lists',
  'any-key',
  'server-error',
  'idempotency-key',
  'existing-files',
  'trigger/budget',
  'trigger/ailing',
  'existing-request',
  'wait/faults',
  'one-bad-id',
  'trigger/backlog',
  'later-attempt',
  'wait/matrix',
  'recovery-window',
  'request/retrying',
  'maintenance',
  'bounded-responses',
  'trigger/clocks',
  'recovery',
  'request/retry',
].map((name) => path.resolve(__dirname, '../workflow', `${name}.test.ts`));

/**
 * Jest begins with the files that took longest before, and on a clean machine with the largest ones. Here the longest
 * ones always begin, so that none is left alone at the end.
 */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const place = ({ path: file }) => (LONGEST.includes(file) ? LONGEST.indexOf(file) : LONGEST.length);
    return super.sort(tests).sort((one, other) => place(one) - place(other));
  }
};
