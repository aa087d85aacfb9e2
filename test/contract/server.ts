import { startProcessMaker } from '../processmaker';
import { Missing } from './missing';
import { processBpmn, PROCESSES } from './processes';
import type { Workshop } from './workshop';

/** The server whose answers are checked. */
export interface Server {
  url: string;
  token: string;
  /** The process to start, by its id. */
  processId: string;
  /** An administrator's token: missing, what needs one is left out. */
  adminToken?: string;
  /** Made for the checks with that token. */
  workshop?: Workshop;
  /** Only the stand-in has these: what a test may do to it. */
  standIn?: {
    setMaintenance: (on: boolean) => void;
    letScriptsRun: (on?: boolean) => void;
    /** Puts the server's clock forward. */
    advance: (hours: number) => void;
    makeWorkshop: (userId: number) => Promise<Workshop>;
  };
  close: () => Promise<void>;
}

const NAMES = ['PROCESSMAKER_URL', 'PROCESSMAKER_TOKEN', 'PROCESSMAKER_PROCESS'];
const HOUR_MS = 3_600_000;
const ADMIN = 'PROCESSMAKER_ADMIN_TOKEN';

/** A real ProcessMaker where the environment names one, else the stand-in. */
export async function openServer(): Promise<Server> {
  const [url, token, processId, adminToken] = [...NAMES, ADMIN].map((name) => process.env[name]?.trim());
  if (url && token && processId) {
    const server = { url: url.replace(/\/+$/, ''), token, processId, close: () => Promise.resolve() };
    return adminToken ? { ...server, adminToken } : server;
  }
  if (url || token || processId || adminToken) {
    const missing = NAMES.filter((name) => !process.env[name]?.trim());
    throw new Missing(
      `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set: set all of ${NAMES.join(', ')}, or none of them and ${ADMIN} neither.`,
    );
  }
  return await openStandIn();
}

async function openStandIn(): Promise<Server> {
  const { now } = Date;
  const standIn = await startProcessMaker({ now: () => new Date(Date.now()) });
  const makeWorkshop = async (userId: number): Promise<Workshop> => {
    const processes: Workshop['processes'] = {};
    for (const name of PROCESSES) {
      const { id } = await standIn.addProcess({
        name: `Contract ${name}`,
        bpmn: processBpmn(name, userId, 1),
      });
      processes[name] = String(id);
    }
    return { processes, close: () => Promise.resolve() };
  };
  return {
    url: standIn.url,
    token: standIn.tokens.limited,
    processId: '2',
    adminToken: standIn.tokens.admin,
    standIn: {
      setMaintenance: (on) => {
        standIn.maintenance = on;
      },
      letScriptsRun: (on = true) => {
        standIn.scriptsRun = on;
      },
      advance: (hours) => {
        // n8n's clock goes with the server's: the trigger refuses clocks that are days apart.
        const { now: before } = Date;
        Date.now = () => before() + hours * HOUR_MS;
      },
      makeWorkshop,
    },
    close: async () => {
      Date.now = now;
      await standIn.close();
    },
  };
}
