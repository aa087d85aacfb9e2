import { onTrack } from './track';

const ITEMS = 1000;
const ROUNDS = 10;

/** Processor time of an item, in milliseconds. */
export interface CpuPerItem {
  node: number;
  /** A node that reads the same parameters and calls n8n's request helper in the same way, and nothing else. */
  helperOnly: number;
  /** The median difference of the two, each pair measured one right after the other. */
  own: number;
}

/** Measures what the node costs beyond what every node pays to n8n. */
export async function cpuPerItem(): Promise<CpuPerItem> {
  return await onTrack('fast', async (track) => {
    const cpuOf = async (contestant: 'processMaker' | 'helperOnly') => {
      const options = { requestsInParallel: 20 };
      const { cpuSeconds } = await track.execute({ contestant, items: ITEMS, options });
      await track.seen();
      return (cpuSeconds * 1000) / ITEMS;
    };
    const pairs: Array<{ node: number; helperOnly: number }> = [];
    // The first pair only warms up.
    for (let round = 0; round <= ROUNDS; round++) {
      pairs.push({ node: await cpuOf('processMaker'), helperOnly: await cpuOf('helperOnly') });
    }
    pairs.shift();
    return {
      node: median(pairs.map(({ node }) => node)),
      helperOnly: median(pairs.map(({ helperOnly }) => helperOnly)),
      own: median(pairs.map(({ node, helperOnly }) => node - helperOnly)),
    };
  });
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}
