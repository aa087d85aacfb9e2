/** What the node said of an item. */
export type Reported =
  | { outcome: 'started'; requestId: number }
  /** With the Request that stands in the item's place, when it cannot be told whether it is the item's own. */
  | { outcome: 'unknown'; requestId?: number }
  | { outcome: 'notStarted' };

/** An item, what was said of it, and what the server's database holds. */
export interface Judged {
  reported: Reported | undefined;
  requestIds: number[];
  /** Whether a response made the node itself throw: its item is unknown, and can be looked for by its key. */
  hasThrown?: boolean;
  /** Whether it is to be left unknown, even where the node may start it again. */
  mayStayUnknown?: boolean;
  /** Whether its start has come to the proxy more than once. */
  cameAgain?: boolean;
}

/** Counts over items. */
export class Tally {
  items = 0;
  /** With a Request in the database. */
  started = 0;
  /** Neither started nor reported. */
  lost = 0;
  /** With more than one Request. */
  duplicated = 0;
  /** Of which something was said that is not so, or nothing although it was started. */
  falselyReported = 0;
  reportedUnknown = 0;
  /** Of these, where it has to be so. */
  rightlyUnknown = 0;
  /** Of these, whose start has come to the proxy only once, although the node did not throw. */
  unknownAfterOne = 0;
  reportedNotStarted = 0;

  /**
   * Judges an item.
   *
   * @returns whether it is neither lost, doubled nor falsely reported
   */
  count(item: Judged): boolean {
    const { reported, requestIds } = item;
    this.items++;
    if (requestIds.length > 0) this.started++;
    if (requestIds.length > 1) this.duplicated++;
    if (!reported && requestIds.length === 0) this.lost++;
    if (reported?.outcome === 'unknown') this.reportedUnknown++;
    if (reported?.outcome === 'unknown' && item.mayStayUnknown) this.rightlyUnknown++;
    if (reported?.outcome === 'unknown' && !item.hasThrown && item.cameAgain === false)
      this.unknownAfterOne++;
    if (reported?.outcome === 'notStarted') this.reportedNotStarted++;
    const isAsReported = isTrue(item);
    if (!isAsReported) this.falselyReported++;
    return isAsReported && requestIds.length <= 1 && (reported !== undefined || requestIds.length > 0);
  }

  add(other: Tally): void {
    this.items += other.items;
    this.started += other.started;
    this.lost += other.lost;
    this.duplicated += other.duplicated;
    this.falselyReported += other.falselyReported;
    this.reportedUnknown += other.reportedUnknown;
    this.rightlyUnknown += other.rightlyUnknown;
    this.unknownAfterOne += other.unknownAfterOne;
    this.reportedNotStarted += other.reportedNotStarted;
  }
}

function isTrue({ reported, requestIds, hasThrown }: Judged): boolean {
  if (!reported) return requestIds.length === 0;
  switch (reported.outcome) {
    case 'started':
      return requestIds.includes(reported.requestId);
    case 'notStarted':
      return requestIds.length === 0;
    case 'unknown':
      if (reported.requestId !== undefined) return requestIds.includes(reported.requestId);
      return hasThrown || requestIds.length === 0;
  }
}
