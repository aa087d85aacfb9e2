import { createRequire } from 'node:module';
import path from 'node:path';
import type { IHttpRequestOptions } from 'n8n-workflow';
import { MOST_MEMORY } from './limits';
import type { Verdict } from './play';

const built = createRequire(path.resolve(__dirname, '../../dist/nodes/ProcessMaker/transport/index.js'));

/** Parts of the built node. */
type Part = Record<string, unknown>;
type Call = (this: unknown, credential: string, options: IHttpRequestOptions) => unknown;
interface Connected {
  context: { helpers: { httpRequestWithAuthentication: Call } };
}

/** The node without one of the things that protect it: a run that finds nothing then would find nothing ever. */
export interface Weakening {
  name: string;
  /** The fault that it does not hold against, and what has to be found. */
  fault: string;
  /** What meets the fault; anything when it is not given. */
  operation?: string;
  figure: 'endless' | 'leaks' | 'falseStarts' | 'secretsShown' | 'others' | 'memory';
  part: string;
  change: (part: Part) => Part;
}

type Connect = (...given: unknown[]) => Promise<Connected>;

/** Changes the connection of each run. */
const connected =
  (change: (connection: Connected) => object) =>
  ({ connect }: Part): Part => ({
    connect: async (...given: unknown[]) => change(await (connect as Connect)(...given)),
  });

/** n8n's context, whose calls follow redirects. */
function following({ context }: Connected): object {
  const { helpers } = context;
  const call: Call = (credential, options) =>
    helpers.httpRequestWithAuthentication.call(context, credential, {
      ...options,
      disableFollowRedirect: false,
    });
  const changed = { ...helpers, httpRequestWithAuthentication: call };
  return new Proxy(context, {
    get: (target, name) => (name === 'helpers' ? changed : (Reflect.get(target, name, target) as unknown)),
  });
}

/** Enough to be seen, and not too much for a small machine. */
const MUCH_JSON_MEGABYTES = 200;

export const WEAKENINGS: Weakening[] = [
  {
    name: 'what the trigger has seen',
    fault: 'connection closed in the middle',
    operation: 'trigger',
    figure: 'others',
    part: '../trigger/state',
    change: ({ Seen }) => ({
      Seen: class extends (Seen as new (state: object) => { isNew(one: object): boolean }) {
        override isNew(one: object): boolean {
          super.isNew(one);
          return true;
        }
      },
    }),
  },
  {
    name: 'a limit of pages',
    fault: 'new rows for ever',
    operation: 'process getStartEvents',
    figure: 'endless',
    part: './pagination',
    change: () => ({ MAX_PAGES: Infinity }),
  },
  {
    name: 'the refusal of redirects',
    fault: 'redirect to another origin',
    figure: 'leaks',
    part: './connection',
    change: connected((connection) => ({ ...connection, context: following(connection) })),
  },
  {
    name: 'a look at what a start is responded with',
    fault: '201 with nonsense',
    operation: 'request start',
    figure: 'falseStarts',
    part: '../api/requests/requests',
    change: () => ({ isApiRequest: () => true }),
  },
  {
    name: 'the hiding of secrets',
    fault: 'token quoted',
    figure: 'secretsShown',
    part: './connection',
    change: connected((connection) => ({ ...connection, scrub: String })),
  },
  // What it takes cannot be given back.
  {
    name: 'a limit of JSON',
    fault: 'gzip bomb',
    figure: 'memory',
    part: './response',
    change: () => ({ MAX_JSON_MEGABYTES: MUCH_JSON_MEGABYTES }),
  },
];

/**
 * @param memory how much more than at its start the process takes, in MiB
 * @returns whether a weakened node is found out by cases that a node as it is built holds against
 */
export async function isFoundOut(
  { part: name, change, figure }: Weakening,
  cases: Array<() => Promise<Verdict>>,
  memory: () => number,
): Promise<boolean> {
  const part = built(`${name}.js`) as Part;
  const changed = change(part);
  const before = Object.fromEntries(Object.keys(changed).map((key) => [key, part[key]]));
  Object.assign(part, changed);
  try {
    for (const one of cases) {
      const verdict = await one();
      if (figure === 'memory' ? memory() > MOST_MEMORY : verdict[figure].length > 0) return true;
    }
    return false;
  } finally {
    Object.assign(part, before);
  }
}
