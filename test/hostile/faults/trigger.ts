import type { Behaviour } from '../../support/gateway';
import type { Random } from '../random';
import { spotsIn } from './edit';
import { isList, type Fault } from './fault';

const fits: Fault['fits'] = ({ keepsState }) => keepsState;

const DATES = [
  ...['Thu, 01 Jan 1970 00:00:00 GMT', 'Fri, 31 Dec 2199 23:59:59 GMT', 'Sun, 01 Jan 1950 00:00:00 GMT'],
  ...['Wed, 31 Dec 9999 23:59:59 GMT', '275760-09-13T00:00:00.001Z', 'yesterday', '', '-1', '1e300'],
];

const dated =
  (date: string | undefined): Behaviour =>
  async (response, forward) => {
    const { status, headers, bytes } = await forward();
    response.sendDate = false;
    const others = Object.entries(headers).filter(([name]) => name !== 'date');
    response.writeHead(status, { ...Object.fromEntries(others), ...(date !== undefined && { date }) });
    response.end(bytes);
  };

/** What is no state, or no part of one. A text in JSON cannot say NaN or Infinity, but 1e999. */
const NO_STATE = [
  'null',
  '"x"',
  '""',
  'true',
  '1e300',
  '-1e300',
  '1e999',
  '-1',
  '1.5',
  '1e18',
  '[]',
  '{}',
  '[[1]]',
];

/** Puts something that is no state in place of all or some of what the trigger has kept. */
function spoil(text: string, random: Random): string {
  const memory = JSON.parse(text) as object;
  const spots = spotsIn(memory);
  const isWhole = random.oneIn(6);
  const chosen = isWhole ? spots.slice(0, 1) : random.shuffle(spots).slice(0, 1 + random.below(3));
  const texts = new Map<string, string>();
  for (const [index, { parent, name }] of chosen.entries()) {
    const mark = `spoiled ${index}`;
    parent[name] = mark;
    texts.set(JSON.stringify(mark), random.pick(NO_STATE));
  }
  return [...texts].reduce((all, [mark, value]) => all.replace(mark, value), JSON.stringify(memory));
}

/** What only the trigger can suffer from. */
export const TRIGGER_FAULTS: Fault[] = [
  {
    name: 'state that is none',
    makesUpEvents: true,
    weight: 4,
    fits,
    spoilState: spoil,
    begin: () => () => undefined,
  },
  {
    name: 'Date of another age',
    makesUpEvents: true,
    weight: 3,
    fits,
    begin: (random) => {
      const isSteady = random.oneIn(2);
      const one = random.oneIn(8) ? undefined : random.pick(DATES);
      return (call) => (isList(call) ? dated(isSteady ? one : random.pick(DATES)) : undefined);
    },
  },
];
