const REAL_INSTANCE = ['PROCESSMAKER_URL', 'PROCESSMAKER_TOKEN', 'PROCESSMAKER_PROCESS'] as const;

export interface RealInstance {
  url: string;
  token: string;
  /** The process to start: an id, an exact name, or its address. */
  process: string;
}

export interface Settings {
  /** End after the run instead of leaving n8n and ProcessMaker running. */
  once: boolean;
  /** The ProcessMaker to use; without it the demo brings its own. */
  realInstance?: RealInstance;
}

/** Reads the command line and the environment. */
export function readSettings(args: string[], env: NodeJS.ProcessEnv): Settings {
  const unknown = args.filter((arg) => arg !== '--once');
  if (unknown.length) throw new Error(`The demo knows only the option '--once', not '${unknown.join(' ')}'.`);
  return { once: args.includes('--once'), realInstance: readRealInstance(env) };
}

function readRealInstance(env: NodeJS.ProcessEnv): RealInstance | undefined {
  const [url, token, process] = REAL_INSTANCE.map((name) => env[name]?.trim());
  if (url && token && process) return { url, token, process };
  const missing = REAL_INSTANCE.filter((name) => !env[name]?.trim());
  if (missing.length === REAL_INSTANCE.length) return undefined;
  throw new Error(
    `To use your own ProcessMaker, set ${REAL_INSTANCE.join(', ')}. Not set: ${missing.join(', ')}.`,
  );
}
