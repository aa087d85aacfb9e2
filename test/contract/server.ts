import { startProcessMaker } from '../processmaker';

/** The server whose answers are checked. */
export interface Server {
  url: string;
  token: string;
  /** The process to start, by its id. */
  processId: string;
  /** Only the stand-in has these: a token of an administrator, and what a test may do to it. */
  standIn?: { adminToken: string; erringProcessName: string; setMaintenance: (on: boolean) => void };
  close: () => Promise<void>;
}

const NAMES = ['PROCESSMAKER_URL', 'PROCESSMAKER_TOKEN', 'PROCESSMAKER_PROCESS'];

/** A real ProcessMaker where the environment names one, else the stand-in. */
export async function openServer(): Promise<Server> {
  const [url, token, processId] = NAMES.map((name) => process.env[name]?.trim());
  if (url && token && processId) return { url, token, processId, close: () => Promise.resolve() };
  if (url || token || processId) throw new Error(`Set all of ${NAMES.join(', ')}, or none of them.`);

  const standIn = await startProcessMaker();
  const headers = { Authorization: `Bearer ${standIn.tokens.limited}`, Accept: 'application/json' };
  const response = await fetch(`${standIn.url}/api/1.0/start_processes?per_page=100`, { headers });
  const { data } = (await response.json()) as { data: Array<{ id: number; startEvents: unknown[] }> };
  const first = data.find(({ startEvents }) => startEvents.length === 1);
  if (!first) throw new Error('The stand-in has no process that can be started.');
  return {
    url: standIn.url,
    token: standIn.tokens.limited,
    processId: String(first.id),
    standIn: {
      adminToken: standIn.tokens.admin,
      erringProcessName: 'M assignment error',
      setMaintenance: (on) => {
        standIn.maintenance = on;
      },
    },
    close: () => standIn.close(),
  };
}
