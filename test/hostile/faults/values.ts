import type { Behaviour } from '../../support/gateway';
import { respond } from '../../support/gateway';
import { anyJson, edits, mutate, set, spotsIn, toText } from './edit';
import { isChange, withBody, type Fault } from './fault';

/** More bodies than the calls of a case. */
const BODIES = 60;

/** Puts other values into a body, in every place that fits. */
function replaced(isMeant: (name: string, value: unknown) => boolean, next: (value: unknown) => unknown) {
  return withBody((body) => {
    for (const { parent, name } of spotsIn(body)) {
      if (isMeant(name, parent[name])) set(parent, name, next(parent[name]));
    }
    return toText(body);
  });
}

const NO_IDS = [2 ** 53 + 2, 1e300, 1.5, -1, 0, '12', '1e3', 'x', null, true, [7], { id: 7 }];
const HUGE = [1e300, -1e300, '\u221e', 2 ** 63, -(2 ** 63), 5e-324];

/** Good responses in which values are wrong. */
export const VALUE_FAULTS: Fault[] = [
  {
    name: 'ids that are no safe integers',
    weight: 3,
    isLie: true,
    begin: (random) => {
      const [own] = [random.pick(NO_IDS)];
      const isId = (name: string) => /(?:^|_)id$|^case_number$|^fileUploadId$/.test(name);
      return () => replaced(isId, () => (random.oneIn(4) ? random.pick(NO_IDS) : own));
    },
  },
  {
    name: '__proto__ and constructor keys',
    weight: 3,
    begin: () => () =>
      withBody((body) => {
        const evil = { polluted: true, status: 'COMPLETED', id: 1 };
        for (const object of [body, ...spotsIn(body).map(({ parent, name }) => parent[name])]) {
          if (typeof object !== 'object' || object === null || Array.isArray(object)) continue;
          set(object, '__proto__', evil);
          set(object, 'constructor', { prototype: evil, name: 'Object' });
          set(object, 'hasOwnProperty', 1);
        }
        return toText(body);
      }),
  },
  {
    name: 'huge numbers',
    weight: 3,
    isLie: true,
    begin: (random) => {
      const isNumber = (name: string, value: unknown) =>
        typeof value === 'number' && (name !== 'id' || random.oneIn(2));
      return () => replaced(isNumber, () => random.pick(HUGE));
    },
  },
  {
    name: 'wrong types',
    weight: 3,
    isLie: true,
    begin: (random) => {
      const wrong = [null, [], {}, 'x', 7, true, [[{}]], { 0: 'x', length: 1 }];
      const share = random.pick([2, 5, 20]);
      return () =>
        replaced(
          () => random.oneIn(share),
          (value) => random.pick(wrong.filter((one) => typeof one !== typeof value)),
        );
    },
  },
  {
    name: 'mutated answer',
    weight: 12,
    isLie: true,
    begin: (random) => {
      const bodies = random.sample(edits, BODIES);
      return () => withBody((body) => toText(mutate(body, random.pick(bodies))));
    },
  },
  {
    name: 'random JSON',
    weight: 6,
    isLie: true,
    begin: (random) => {
      const bodies = random.sample(anyJson, BODIES);
      return (call) => {
        const answer = respond(random.pick([200, 200, 201]), toText(random.pick(bodies)), JSON_TYPE);
        return isChange(call) ? carriedOut(answer) : answer;
      };
    },
  },
];

export const JSON_TYPE = { 'content-type': 'application/json' };

/** Sends the call on, with which the server does what it is asked for, and gives another answer. */
function carriedOut(answer: Behaviour): Behaviour {
  return async (response, forward) => {
    await forward();
    await answer(response, forward);
  };
}
