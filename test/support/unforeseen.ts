import { createRequire } from 'node:module';
import { inspect } from 'node:util';

/** A field of a response that makes the built node throw. */
const FIELD = '_makes_the_node_throw';

/** A response that makes the node throw as soon as it comes. */
export const THROWS_AT_ONCE = { [FIELD]: 'at once' };

/** Data of a Request that makes the node throw when it is to be returned. */
export const THROWS_WHEN_RETURNED = { [FIELD]: 'when returned' };

/**
 * Makes the built node throw what none of its code foresees, as an overflow of the stack is, wherever it meets the
 * field. Real responses that did so are refused by now.
 */
export function makeNodeThrow(): void {
  throwIn('transport/connection', 'dropSignInSecrets', 'at once');
  throwIn('api/requests/hiddenKey', 'withShownData', 'when returned');
}

function throwIn(file: string, name: string, when: string): void {
  const built = createRequire(__filename)(`../../dist/nodes/ProcessMaker/${file}.js`) as Record<
    string,
    (value: unknown) => unknown
  >;
  const original = built[name];
  if (!original) throw new Error(`There is no function ${name} in ${file}.`);
  built[name] = (value) => {
    if (inspect(value, { depth: 1 }).includes(`${FIELD}: '${when}'`))
      throw new RangeError('It went too deep');
    return original(value);
  };
}
