import type { StoredRequest } from '../processmaker';
import type { McpResult } from './mcp';

/** What the run has shown; its last line. */
export interface Result {
  orders: number;
  requests: number;
  /** Requests beyond the first of an order. */
  duplicates: number;
  lostExecutions: number;
  markedExecutions: number;
  sentAgain: number;
  /** Orders that were sent again although they had their Request. */
  alreadyStarted: number;
  mcp: McpResult;
}

/** How many Requests each order has; those that an MCP client has started are of none. */
export function countByOrder(requests: StoredRequest[]): Map<unknown, number> {
  const counts = new Map<unknown, number>();
  for (const { data } of requests) {
    if (data.orderNumber === undefined) continue;
    counts.set(data.orderNumber, (counts.get(data.orderNumber) ?? 0) + 1);
  }
  return counts;
}

/** What is not as it has to be, as sentences. */
export function misses(orders: string[], counts: Map<unknown, number>, result: Result): string[] {
  const several = orders.filter((order) => (counts.get(order) ?? 0) > 1);
  const none = orders.filter((order) => !counts.has(order));
  const found: string[] = [];
  if (several.length > 0) found.push(`More than one Request: ${several.join(', ')}.`);
  if (none.length > 0) found.push(`No Request: ${none.join(', ')}.`);
  if (result.requests !== orders.length) {
    found.push(`${result.requests} Requests were started for ${orders.length} orders.`);
  }
  // Otherwise a node that looks nothing up would have done as well.
  if (result.alreadyStarted === 0) {
    found.push('The killed worker had no execution whose Request was started: this run shows nothing.');
  }
  return found;
}
