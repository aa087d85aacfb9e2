import { redirect, respond, thenRespond, type Behaviour, type Call } from '../../support/gateway';
import type { Random } from '../random';
import { fullyEncoded } from '../secrets';
import { toText } from './edit';
import { isChange, type Fault, type Place } from './fault';
import { JSON_TYPE } from './values';

/** What is no response of ProcessMaker to anything. */
const NONSENSE: unknown[] = [
  ...[{}, [], [[]], 'x', 42, null, true, { id: '12', status: null }, { id: 1.5, status: 'ACTIVE' }],
  ...[{ id: 1e300, status: 'ACTIVE' }, { id: -3, status: 'CLOSED' }, { error: 'Who are you?' }],
  ...[{ data: 7, meta: 'x' }, { message: ['no'] }, { fileUploadId: 'x' }, { success: 'perhaps' }],
];
const PAGES = ['', ' ', '<html>Sign in</html>', 'OK', '{"id":', '\u0000\u0001'];

function nonsense(random: Random): Behaviour {
  const isJson = random.below(4) > 0;
  const body = isJson ? toText(random.pick(NONSENSE)) : random.pick(PAGES);
  return respond(201, body, isJson ? JSON_TYPE : {});
}

/** What a server may quote of a call: the secrets in it, and all that it knows besides. */
function quote({ headers }: Call, { secrets }: Place, encode: (text: string) => string): string {
  const given = Object.values(headers).flat().map(String);
  return [...given, ...secrets].map(encode).join(' ');
}

/** As long as no message of a server is. */
const FILLER = 'x'.repeat(100_000);

/** Refuses each call in the same way, with a text in every place where a response may have one. */
function quoting(text: string, kind: number): Behaviour {
  const errors = { [text]: [text], message: text };
  const location = `https://elsewhere.example/${encodeURI(text)}?${encodeURIComponent(text)}`;
  const answers: Behaviour[] = [
    respond(400, { message: text }),
    respond(403, { message: text, error: text }),
    respond(404, { message: text }),
    respond(404, `<html>${text}</html>`),
    respond(422, { message: text, errors }),
    respond(422, { message: '', errors }),
    respond(500, { message: text, errors, exception: text }),
    respond(502, `<html>${text}</html>`),
    respond(409, text),
    redirect(302, location.slice(0, 8000)),
    respond(200, `<html>${text}</html>`),
    respond(200, { message: text, data: text, meta: text }),
    respond(401, { error: text, message: text }),
  ];
  return answers[kind % answers.length] as Behaviour;
}

function quotingFault(name: string, encodings: Array<(text: string) => string>): Fault {
  return {
    name,
    weight: 4,
    begin: (random, place) => {
      const encode = random.pick(encodings);
      const kind = random.below(1000);
      const filler = random.oneIn(3) ? FILLER : '';
      return (call) => quoting(quote(call, place, encode) + filler, kind);
    },
  };
}

const STATUSES = [301, 302, 303, 307, 308];

/** Whole answers that are not what was asked for. */
export const ANSWER_FAULTS: Fault[] = [
  {
    name: '201 with nonsense',
    weight: 4,
    begin: (random) => {
      const isCarriedOut = random.oneIn(2);
      return (call) => (isCarriedOut && isChange(call) ? thenRespond(nonsense(random)) : nonsense(random));
    },
  },
  {
    name: 'redirect to another origin',
    sparesTokenCalls: true,
    weight: 3,
    begin: (random, { elsewhere }) => {
      const status = random.pick(STATUSES);
      const base = random.pick([elsewhere, elsewhere.replace('127.0.0.1', 'localhost'), elsewhere.slice(5)]);
      return ({ path }) => redirect(status, base + path);
    },
  },
  quotingFault('token quoted', [String]),
  quotingFault('token quoted percent-encoded', [encodeURIComponent, encodeURI, fullyEncoded]),
  {
    name: 'told to wait for ages',
    weight: 2,
    mostHits: 20,
    begin: (random) => {
      const status = random.pick([429, 503]);
      const seconds = random.pick([
        '0',
        '99999',
        '1e300',
        '9'.repeat(400),
        '-1',
        'Fri, 31 Dec 2199 23:59:59 GMT',
      ]);
      return () => respond(status, { message: 'Wait' }, { 'retry-after': seconds });
    },
  },
];
