import type { INodeParameters } from 'n8n-workflow';
import type { Address } from '../server/main';
import type { Contestant } from './workflows';

/** Argument of a client process that needs n8n's own nodes too. */
export const WITH_N8N_NODES = 'n8n-nodes';

/** One execution of a workflow. */
export interface Job {
  contestant: Contestant;
  items: number;
  options?: INodeParameters;
  server: Address;
  /** Of a server that is not the stand-in: the id of the process to start. */
  processId?: string;
  /** Collects garbage every few seconds, to see how much is in use. */
  collectGarbage?: boolean;
}

export interface Executed {
  seconds: number;
  /** Items of the first output. */
  items: number;
  /** Of this process, user and system. */
  cpuSeconds: number;
  /** In megabytes, since this process began; what is in use only where garbage is collected. */
  peak: { process: number; inUse: number };
}
