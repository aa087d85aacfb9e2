import type { EventKind } from './kinds';
import type { KindState } from './state';
import type { Walk } from './walk';

/**
 * A walk as if it had ended at a time: what came later is left to the next poll, so that the oldest events come first
 * whatever their kind.
 *
 * @param before how far the kind had been read before the walk
 * @param time in seconds; everything up to it has been read
 */
export function upTo(walk: Walk, kind: EventKind, before: KindState, time: number): Walk {
  const later = walk.events.filter((event) => event.time > time);
  if (later.length === 0) return walk;
  const { seen, state } = walk;
  for (const event of later) seen.forget(event);
  const events = walk.events.filter((event) => event.time <= time);
  if (state.from <= time) return { ...walk, events, state: { ...state, seen: seen.from(state.since) } };
  const from = Math.max(before.from, time + 1);
  const after = from === before.from ? before.after : 0;
  const since = kind.column === 'updated_at' ? before.since : Math.max(before.since, from);
  return { ...walk, events, state: { since, from, after, seen: seen.from(since) } };
}
