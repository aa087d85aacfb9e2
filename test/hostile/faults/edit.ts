import fc from 'fast-check';

/** Stands for a number that JSON has, and JavaScript reads as Infinity. */
const INFINITE = '\u221e';

/** JSON text, with Infinity as a number that is too large. */
export const toText = (value: unknown) => JSON.stringify(value).replaceAll(JSON.stringify(INFINITE), '1e999');

const TOO_LARGE_ID = 2 ** 53 + 2;

/** Values that no server gives in that place. */
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown>(
      ...[null, true, '', ' ', '0', 'x', -1, 0, 1.5, 1e300, -1e300, TOO_LARGE_ID, INFINITE, [], {}, [[]]],
      ...[[null], { length: 1e9 }, { toString: 1, valueOf: 1 }, 'x'.repeat(5000), '2199-01-01T00:00:00Z'],
      ...['{{ 1+1 }}', '=1+1', '\u0000', '\ud800', '<script>', '../..', '__proto__', 'NaN', '%00'],
    ),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

/** One change of something in a body. */
interface Edit {
  pick: number;
  action: 'replace' | 'remove' | 'repeat' | 'wrap';
  value: unknown;
}

/** Changes of one body. */
export const edits: fc.Arbitrary<Edit[]> = fc.array(
  fc.record({
    pick: fc.nat(),
    action: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'repeat', 'wrap' as const),
    value: hostile,
  }),
  { minLength: 1, maxLength: 5 },
);

/** A value in a body: where it is, and under which name. */
interface Spot {
  parent: Record<string, unknown>;
  name: string;
}

/** Every value in a body, and in all that it holds. */
export function spotsIn(value: unknown): Spot[] {
  if (typeof value !== 'object' || value === null) return [];
  const parent = value as Record<string, unknown>;
  return Object.keys(parent).flatMap((name) => [{ parent, name }, ...spotsIn(parent[name])]);
}

/** Changes a good body in some places, however deep they are. */
export function mutate(body: unknown, changes: Edit[]): unknown {
  const root: Record<string, unknown> = { body };
  for (const { pick, action, value } of changes) {
    const spots = spotsIn(root);
    const { parent, name } = spots[pick % spots.length] ?? { parent: root, name: 'body' };
    if (action === 'replace') set(parent, name, value);
    else if (action === 'wrap') set(parent, name, [parent[name]]);
    else if (action === 'remove') delete parent[name];
    else if (Array.isArray(parent)) parent.push(parent[Number(name)]);
    else set(parent, `${name}_again`, structuredClone(parent[name]));
  }
  return root.body ?? null;
}

/** Sets a field, also one that is called `__proto__`. */
export function set(parent: object, name: string, value: unknown): void {
  Object.defineProperty(parent, name, { value, enumerable: true, configurable: true, writable: true });
}

/** Any JSON, with the names that ProcessMaker uses among its keys. */
export const anyJson: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 5, depthSize: 'small' }, hostile, tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 4 }),
  object: fc.dictionary(
    fc.constantFrom(
      ...['data', 'meta', 'id', 'status', 'total', 'last_page', 'name', 'errors', 'message', 'events'],
      ...['process', 'process_request', 'active_tasks', 'created_at', 'user_id', 'config', 'items', 'x'],
    ),
    tie('value'),
    { maxKeys: 6 },
  ),
})).object;
