/** A start of an earlier try: the item's position then, a digest of what was sent, and its Request. */
export interface EarlierStart<T> {
  itemIndex: number;
  digest: string;
  request: T;
}

/**
 * Finds for each item the start that an earlier try made of it. After a crash the nodes before this one have run
 * again, so that items may stand in another order, or be others.
 *
 * @param digests by item; undefined for an item that is not looked for
 * @returns `matched`: items whose start was found. `disputed`: items without one, whose position is that of a start
 * that belongs to no item; whether they are the same start cannot be told
 */
export function matchStarts<T>(
  digests: Array<string | undefined>,
  earlier: Array<EarlierStart<T>>,
): { matched: Map<number, T>; disputed: Map<number, T> } {
  const matched = new Map<number, T>();
  const disputed = new Map<number, T>();

  const moved = earlier.filter(({ itemIndex, digest, request }) => {
    if (digests[itemIndex] !== digest || matched.has(itemIndex)) return true;
    matched.set(itemIndex, request);
    return false;
  });

  const byDigest = new Map<string, Array<EarlierStart<T>>>();
  for (const start of moved) byDigest.set(start.digest, [...(byDigest.get(start.digest) ?? []), start]);
  for (const [index, digest] of digests.entries()) {
    if (digest === undefined || matched.has(index)) continue;
    const start = byDigest.get(digest)?.shift();
    if (start) matched.set(index, start.request);
  }

  for (const { itemIndex, request } of [...byDigest.values()].flat()) {
    if (digests[itemIndex] !== undefined && !matched.has(itemIndex)) disputed.set(itemIndex, request);
  }
  return { matched, disputed };
}
