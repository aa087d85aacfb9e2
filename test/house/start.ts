import { Session, type Profiler } from 'node:inspector/promises';
import { relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startProcessMaker } from '../processmaker';
import { createEngine } from '../support/engine';
import { locator, startWorkflow } from '../support/workflows';
import { ROOT } from './source';

const BUILT_NODES = pathToFileURL(`${ROOT}/dist/nodes/`).href;

/** A file of dist/nodes and the names of its functions that ran; anonymous functions have an empty name. */
export interface RunFile {
  path: string;
  functions: string[];
}

/** Starts one item, with process and start event by ID and default options, and tells what of the built nodes ran. */
export async function runOneStart(): Promise<RunFile[]> {
  const engine = await createEngine();
  // The node's class is loaded before anything is measured.
  engine.nodeTypes.getByNameAndVersion('n8n-nodes-processmaker.processMaker');
  const server = await startProcessMaker();
  const workflow = startWorkflow({ process: locator('id', 2), startEvent: locator('id', 'node_1') });
  const credentials = {
    processMakerApi: { instanceUrl: server.url, accessToken: server.tokens.limited },
  };
  try {
    return await observe(async () => {
      const run = await engine.run(workflow, { credentials });
      if (run.error ?? run.items('ProcessMaker').length !== 1)
        throw new Error('The item was not started.', { cause: run.error });
    });
  } finally {
    await server.close();
  }
}

async function observe(action: () => Promise<void>): Promise<RunFile[]> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
    await action();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    const files = result.filter(({ url }) => url.startsWith(BUILT_NODES)).flatMap(toRunFile);
    if (!files.length) throw new Error(`Nothing of ${BUILT_NODES} was seen to run.`);
    return files;
  } finally {
    session.disconnect();
  }
}

function toRunFile({ url, functions }: Profiler.ScriptCoverage): RunFile[] {
  const called = functions.filter(({ ranges: [range] }) => range && range.count > 0 && range.startOffset > 0);
  const path = relative(ROOT, fileURLToPath(url));
  return called.length ? [{ path, functions: called.map(({ functionName }) => functionName) }] : [];
}
