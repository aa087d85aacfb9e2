import { setTimeout as pause } from 'node:timers/promises';
import {
  respond,
  delay,
  ownMaintenance,
  resetAfter,
  resetBefore,
  truncate,
  type Behaviour,
} from '../support/gateway';
import { THROWS_AT_ONCE } from '../support/unforeseen';
import { TIMEOUT_SECONDS } from './settings';

/** One way in which a call goes wrong. */
export interface Fault {
  name: string;
  /** Whether the server has carried the start out, or will in a moment. */
  commits: boolean;
  /** Whether the caller cannot tell if it was carried out. */
  leavesUnknown: boolean;
  /** How a call is treated; `turn` counts the calls with this fault. */
  treatment: (turn: number) => Behaviour;
  /** It comes now and then: some times in a whole proof. */
  isRare?: true;
  /** It is ProcessMaker's own 500, after which a start is sent twice at most. */
  isOwn500?: true;
  /** The response makes the node itself throw, which leaves its item unknown, wherever its Request is. */
  makesNodeThrow?: true;
}

const LONGER_THAN_THE_TIMEOUT_MS = TIMEOUT_SECONDS * 1000 + 1000;
const LATE_MS = [1000, 2000, 3000];
/** Well after a response that could be taken for the end of the server's work, and before the end of the window. */
const MUCH_LATER_MS = [3000, 5000, 7000];
const DRIP_MS = 150;
const GATEWAY_STATUSES = [502, 503, 504];

const pick = <T>(values: T[], turn: number): T => values[turn % values.length] as T;

const gatewayPage = (turn: number): Behaviour => {
  const status = pick(GATEWAY_STATUSES, turn);
  return respond(status, `<html><body><h1>${status}</h1></body></html>`);
};
const serverError = respond(500, { message: 'Server Error' });
const errorOfGateway = respond(500, { message: 'An unexpected error occurred' });
const unavailableAtGateway = respond(503, { message: 'Service Unavailable' });
const tooMany = (headers: Record<string, string>): Behaviour =>
  respond(429, { message: 'Too Many Attempts.' }, headers);

const afterCommit =
  (behaviour: Behaviour): Behaviour =>
  async (response, forward) => {
    await forward();
    await behaviour(response, forward);
  };

/** The response comes byte by byte, each in time, but not the whole of it. */
const slowDrip: Behaviour = async (response, forward) => {
  const { status, headers, body } = await forward();
  response.writeHead(status, headers);
  const end = Date.now() + LONGER_THAN_THE_TIMEOUT_MS;
  for (let sent = 0; Date.now() < end && !response.destroyed; sent++) {
    response.write(body.slice(sent, sent + 1));
    await pause(DRIP_MS);
  }
  response.destroy();
};

const cutOff: Behaviour = (response) => {
  response.destroy();
  return Promise.resolve();
};

/** The caller gets this while its start still waits for a web worker, which takes it up some seconds later. */
const whileItGoesOn =
  (behaviour: Behaviour, milliseconds: number): Behaviour =>
  async (response, forward) => {
    await behaviour(response, forward);
    await pause(milliseconds);
    await forward();
  };

/** What happens to starts, and, apart from those that commit, to look-ups. */
export const FAULTS: Fault[] = [
  { name: 'reset before send', commits: false, leavesUnknown: true, treatment: () => resetBefore },
  {
    name: '429 with Retry-After',
    commits: false,
    leavesUnknown: false,
    treatment: () => tooMany({ 'retry-after': '1' }),
  },
  {
    name: '429 without Retry-After',
    commits: false,
    leavesUnknown: false,
    treatment: () => tooMany({}),
  },
  {
    name: 'own 500 before the start',
    commits: false,
    leavesUnknown: true,
    treatment: () => serverError,
    isOwn500: true,
  },
  { name: '502/503/504 HTML before commit', commits: false, leavesUnknown: true, treatment: gatewayPage },
  {
    name: 'maintenance JSON',
    commits: false,
    leavesUnknown: false,
    treatment: () => ownMaintenance({ 'retry-after': '1' }),
  },
  { name: 'reset after commit', commits: true, leavesUnknown: true, treatment: () => resetAfter },
  {
    name: 'delayed past the timeout',
    commits: true,
    leavesUnknown: true,
    treatment: () => delay(LONGER_THAN_THE_TIMEOUT_MS),
  },
  { name: 'response cut off', commits: true, leavesUnknown: true, treatment: () => truncate },
  {
    name: 'own 500 after the start',
    commits: true,
    leavesUnknown: true,
    treatment: () => afterCommit(serverError),
    isOwn500: true,
  },
  {
    name: '502/503/504 HTML after commit',
    commits: true,
    leavesUnknown: true,
    treatment: (turn) => afterCommit(gatewayPage(turn)),
  },
  { name: 'slow drip', commits: true, leavesUnknown: true, treatment: () => slowDrip },
  {
    name: 'row visible late',
    commits: true,
    leavesUnknown: true,
    treatment: (turn) => whileItGoesOn(cutOff, pick(LATE_MS, turn)),
  },
  {
    name: '500 with a message, server goes on',
    commits: true,
    leavesUnknown: true,
    treatment: (turn) => whileItGoesOn(errorOfGateway, pick(MUCH_LATER_MS, turn)),
    isRare: true,
  },
  {
    name: 'own 503 without Retry-After',
    commits: false,
    leavesUnknown: false,
    treatment: () => ownMaintenance(),
    isRare: true,
  },
  {
    name: '503 of a gateway, server goes on',
    commits: true,
    leavesUnknown: true,
    treatment: (turn) => whileItGoesOn(unavailableAtGateway, pick(MUCH_LATER_MS, turn)),
    isRare: true,
  },
  {
    name: 'throw in the middle',
    commits: true,
    leavesUnknown: true,
    treatment: () => afterCommit(respond(201, THROWS_AT_ONCE)),
    isRare: true,
    makesNodeThrow: true,
  },
];

/** Calls that the server was killed over, or that came while it was down. */
export const SERVER_KILLED = 'server killed';
