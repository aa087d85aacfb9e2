import { createRequire } from 'node:module';
import path from 'node:path';

const built = createRequire(path.resolve(__dirname, '../../dist/nodes/ProcessMaker/transport/index.js'));

/** What a process may take above its start, in MiB. */
export const MOST_MEMORY = 300;
/** A poll, or an operation, that makes more calls does not end. */
export const MOST_CALLS = 600;
/** Pages of a list after which the node gives up, in place of very many: so that a case comes to them. */
const MOST_PAGES = 40;

/** Lets the built node read short lists only. */
export function shortenLists(): void {
  (built('./pagination.js') as { MAX_PAGES: number }).MAX_PAGES = MOST_PAGES;
}
