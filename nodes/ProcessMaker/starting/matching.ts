/** A start of an earlier attempt, with the position that its item had then. */
export interface EarlierStart<T> {
  itemIndex: number;
  digest: string;
  request: T;
}

/**
 * Finds for each item what an earlier attempt started. After a crash, items may be in another order, or be others.
 * `disputed`: the item's position is that of a start that belongs to no item, so that they may be the same.
 */
export function matchStarts<T>(digests: Array<string | undefined>, earlier: Array<EarlierStart<T>>) {
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

/** The position of a start of another iteration: it has none in this one. */
export const NO_PLACE = -1;

/**
 * Finds the items that starts may belong to which were sent and not found: the item at the start's own position, and
 * wherever there are others of its digest, as many of them as there are such starts.
 *
 * @param digests those of the items that are still open, by their positions
 * @returns by item, the key under which it may have been sent
 */
export function matchOpenKeys(
  digests: Map<number, string>,
  unfound: Array<{ itemIndex?: number; key: string; digest: string | undefined }>,
): Map<number, string> {
  const keys = new Map<number, string>();
  const moved: typeof unfound = [];
  for (const start of unfound) {
    const { itemIndex = NO_PLACE, key, digest } = start;
    const there = digests.get(itemIndex);
    if (there !== undefined) keys.set(itemIndex, key);
    if (there === undefined || there !== digest) moved.push(start);
  }
  for (const { key, digest } of moved) {
    const [index] = [...digests].find(([at, one]) => one === digest && !keys.has(at)) ?? [];
    if (index !== undefined) keys.set(index, key);
  }
  return keys;
}
