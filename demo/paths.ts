import path from 'node:path';

/** The checkout. */
export const root = path.resolve(__dirname, '..');

/** What the demo keeps between runs, ignored by git. */
export const state = path.join(root, '.demo');
