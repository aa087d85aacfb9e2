import type { Behaviour, Call } from '../../support/gateway';
import type { Random } from '../random';
import type { Subject } from '../subjects/subject';

/** What a fault has to know of where it happens. */
export interface Place {
  /** The address of another server, at which no token may arrive. */
  elsewhere: string;
  secrets: readonly string[];
}

/** How calls are treated; sent on where it gives nothing. */
export type Treatment = (call: Call) => Behaviour | undefined;

/** One way in which a server is hostile or broken. */
export interface Fault {
  name: string;
  /** How often it is chosen, beside others. */
  weight: number;
  /** For which operations it makes sense; for all by default. */
  fits?: (subject: Subject) => boolean;
  /** It may take much memory, so that only one of them happens at a time. */
  isHeavy?: true;
  /** What it says is in the form that ProcessMaker has, and not true, or no longer: nobody could know. */
  isLie?: true;
  /** What the trigger emits then is not what has happened: rows were made up, or it has forgotten what it knew. */
  makesUpEvents?: true;
  /** n8n's own calls for a new OAuth2 token are left alone: the package cannot bound them. */
  sparesTokenCalls?: true;
  /** It takes time, so that it meets so many calls at most. */
  mostHits?: number;
  /** So many ticks a connection may take to end after the case. */
  ticksToClose?: number;
  /** The execution is canceled so many ticks after it has met the first call. */
  cancelAfterTicks?: number;
  /** Spoils what the trigger has kept between polls. */
  spoilState?: (state: string, random: Random) => string;
  begin: (random: Random, place: Place) => Treatment;
}

/** Whether a call is meant to change something. */
export const isChange = ({ method, path }: Call) => method !== 'GET' && !path.startsWith('/oauth/');

/** Whether a call reads a page of a list. */
export const isList = ({ method, path }: Call) => method === 'GET' && path.includes('per_page=');

/** Sends the call on, and gives another body in place of the server's. */
export function withBody(change: (body: unknown) => string | undefined): Behaviour {
  return async (response, forward) => {
    const { status, headers, body, bytes } = await forward();
    const changed = changeOf(body, change);
    response.writeHead(status, headers).end(changed ?? bytes);
  };
}

function changeOf(text: string, change: (body: unknown) => string | undefined): string | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  return change(body);
}
