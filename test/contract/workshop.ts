import { callApi, idIn } from './api';
import { processBpmn, PROCESSES, SCRIPT, type ProcessName } from './processes';

/** What was made for the checks on a server, and how it is removed again. */
export interface Workshop {
  /** The ids of the processes. Missing: why there is none of that name. */
  processes: Partial<Record<ProcessName, string>>;
  close: () => Promise<void>;
}

interface Administrator {
  url: string;
  token: string;
}

/** Makes the processes with the API of a real server. They are archived in the end: it deletes none. */
export async function makeWorkshop(administrator: Administrator, userId: number): Promise<Workshop> {
  const category = await firstRow(administrator, '/process_categories?status=ACTIVE&per_page=1');
  const scriptId = await makeScript(administrator);
  const made: string[] = scriptId === undefined ? [] : [`/scripts/${scriptId}`];
  const close = async (): Promise<void> => {
    for (const path of made.reverse()) await callApi(administrator, 'DELETE', path);
  };
  const processes: Workshop['processes'] = {};
  try {
    for (const name of PROCESSES) {
      if (['script', 'attempts'].includes(name) && scriptId === undefined) continue;
      const process = {
        name: `n8n contract ${name} ${Date.now()}`,
        description: 'Made by the contract suite of n8n-nodes-processmaker, which archives it in the end.',
        process_category_id: category.id,
        status: 'ACTIVE',
        bpmn: processBpmn(name, userId, scriptId ?? 0),
      };
      const id = await make(administrator, '/processes', process);
      made.push(`/processes/${id}`);
      processes[name] = String(id);
      // Only now the server notes who can be given its Tasks.
      await callApi(administrator, 'PUT', `/processes/${id}`, process);
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { processes, close };
}

/** A script like one that is there: with its executor, and in its category. */
async function makeScript(administrator: Administrator): Promise<number | undefined> {
  const { rows } = await callApi(administrator, 'GET', '/scripts?per_page=1000');
  const model = rows.find(({ language }) => language === 'php');
  if (model === undefined) return undefined;
  return await make(administrator, '/scripts', {
    title: `n8n contract ${Date.now()}`,
    description: 'Made by the contract suite of n8n-nodes-processmaker.',
    language: 'php',
    code: SCRIPT,
    run_as_user_id: model.run_as_user_id,
    script_category_id: model.script_category_id,
    script_executor_id: model.script_executor_id,
    timeout: 30,
    retry_attempts: 0,
    retry_wait_time: 0,
  });
}

async function firstRow(administrator: Administrator, path: string): Promise<Record<string, unknown>> {
  const { rows, status } = await callApi(administrator, 'GET', path);
  const [row] = rows;
  if (row === undefined) throw new Error(`The server has nothing at ${path} (HTTP status ${status}).`);
  return row;
}

async function make(administrator: Administrator, path: string, data: unknown): Promise<number> {
  const { status, body } = await callApi(administrator, 'POST', path, data);
  const id = idIn(body);
  if (id === undefined) {
    throw new Error(`The server did not make what the checks need at ${path}: HTTP status ${status}.`);
  }
  return id;
}
