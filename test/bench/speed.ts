import type { PhpLimits } from './server/php';
import { SIZES, type Way } from './settings';
import { onTrack, type Row, type Track } from './track';

/** Runs every way with every number of items, one after another. */
export async function race(track: Track, ways: Way[], sizes = SIZES): Promise<Row[]> {
  const rows: Row[] = [];
  for (const way of ways) {
    for (const items of sizes) {
      const row = await track.measure(way, items);
      console.log(`${row.way}, ${items} items: ${row.seconds.toFixed(1)} s, ${row.started} started`);
      rows.push(row);
    }
  }
  return rows;
}

/** The same on a server of its own. */
export async function raceOn(limits: PhpLimits | 'fast', ways: Way[], sizes = SIZES): Promise<Row[]> {
  return await onTrack(limits, (track) => race(track, ways, sizes));
}

/** Runs a way several times, and gives the run of the median time. */
export async function medianOf(times: number, track: Track, way: Way, items: number): Promise<Row> {
  const rows: Row[] = [];
  for (let count = 0; count < times; count++) rows.push(...(await race(track, [way], [items])));
  rows.sort((one, other) => one.seconds - other.seconds);
  return rows[Math.floor(times / 2)] as Row;
}
