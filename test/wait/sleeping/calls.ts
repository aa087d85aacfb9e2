import { startGateway, type Behaviour, type Call, type Gateway } from '../../support/gateway';

/** Marks a call that somebody else makes than the workflow that wakes. */
export const FORGED = 'x-forged';

/** The mark of calls that come when a Request has ended: one of them may wake its execution. */
export const AFTER_END = 'after the end';

/** A call that n8n has answered. */
export interface AnsweredCall {
  call: Call;
  status: number;
  body: string;
}

/** The address at which n8n is called from outside: it writes down every call, and what n8n has answered. */
export interface FrontDoor {
  gateway: Gateway;
  answered: AnsweredCall[];
  /** What becomes of a call that is not forged. */
  disturb: (call: Call) => Behaviour | undefined;
}

/** Opens the address at which n8n is called. */
export async function openFrontDoor(n8nUrl: string): Promise<FrontDoor> {
  const gateway = await startGateway(n8nUrl);
  const door: FrontDoor = { gateway, answered: [], disturb: () => undefined };
  gateway.treat = (call) => async (response, forward) => {
    const noted = async () => {
      const forwarded = await forward();
      door.answered.push({ call, status: forwarded.status, body: forwarded.body });
      return forwarded;
    };
    const disturbance = isForged(call) ? undefined : door.disturb(call);
    if (disturbance) return await disturbance(response, noted);
    const { status, headers, bytes } = await noted();
    response.writeHead(status, headers).end(bytes);
  };
  return door;
}

export const isForged = ({ headers }: Call): boolean => FORGED in headers;

/** The execution that a call is for, by its path. */
export function executionOf({ path }: Call): string | undefined {
  return /\/webhook-waiting\/(\d+)/.exec(path)?.[1];
}

/** What n8n has said to the calls of the workflow that wakes, for one execution. */
export function wakeCallsFor({ answered }: FrontDoor, execution: string): AnsweredCall[] {
  return answered.filter(({ call }) => !isForged(call) && executionOf(call) === execution);
}

/** The ids of the Requests that a call reads by them. */
export function requestsIn({ path }: Call): number[] {
  const text = decodeURIComponent(path.replaceAll('+', ' '));
  const [, one, list] = /\/requests\/(\d+)|\bid IN \[([\d,]+)\]/.exec(text) ?? [];
  return (one ?? list ?? '').split(',').filter(Boolean).map(Number);
}
