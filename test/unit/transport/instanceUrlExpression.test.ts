import fc from 'fast-check';
import { type INode, Workflow } from 'n8n-workflow';

import {
  INSTANCE_URL_EXPRESSION,
  normalizeInstanceUrl,
} from '../../../nodes/ProcessMaker/transport/credential';

const NODE: INode = { id: '', name: 'n', type: '', typeVersion: 1, position: [0, 0], parameters: {} };
const nodeTypes = {
  getByName: () => undefined as never,
  getByNameAndVersion: () => undefined as never,
  getKnownTypes: () => ({}),
};
const { expression } = new Workflow({ nodes: [], connections: {}, active: false, nodeTypes });

const resolve = (instanceUrl: string): string => {
  const value = expression.getComplexParameterValue(
    NODE,
    `={{ ${INSTANCE_URL_EXPRESSION} }}/oauth/token`,
    'internal',
    {},
    undefined,
    undefined,
    { instanceUrl },
  );
  if (typeof value !== 'string') throw new Error('The expression gives no text.');
  return value;
};

it.each([
  ['https://acme.processmaker.net', 'https://acme.processmaker.net'],
  ['  acme.processmaker.net/ ', 'https://acme.processmaker.net'],
  ['http://127.0.0.1:8090/pm/', 'http://127.0.0.1:8090/pm'],
  ['https://acme.net/pm/requests/12?x=1#y', 'https://acme.net/pm'],
  ['https://acme.net/login', 'https://acme.net'],
  ['https://acme.net/index.php', 'https://acme.net'],
  ['https://acme.net?x=https://other.net/', 'https://acme.net'],
  ['https://acme.net/index.php/admin', 'https://acme.net'],
  ['https://acme.net/pm/index.php/requests/12', 'https://acme.net/pm'],
  ['https://acme.net//pm//login', 'https://acme.net/pm'],
  ['https:\\\\acme.net\\tasks', 'https://acme.net'],
])('resolves the typed address %s to the instance URL %s', (typed, instance) => {
  expect(resolve(typed)).toBe(`${instance}/oauth/token`);
  expect(normalizeInstanceUrl(typed)).toBe(instance);
});

it('resolves the OAuth2 URL to the same instance as the URL of the calls', () => {
  const segment = fc.constantFrom(
    'pm',
    'a-b',
    '',
    '..',
    'index.php',
    'requests',
    'admin',
    'API',
    'cases',
    'x1',
    'process-browser',
  );
  fc.assert(
    fc.property(
      fc.constantFrom('', 'https://', 'http://', 'HTTPS://'),
      fc.constantFrom('acme.net', 'pm.acme.co.uk:8443', '127.0.0.1:80', 'localhost'),
      fc.array(segment, { maxLength: 4 }),
      fc.constantFrom('', '/', '//', '?a=b', '#top', '/?q=/requests/'),
      fc.constantFrom('', ' '),
      (scheme, host, segments, end, space) => {
        const typed = `${space}${scheme}${[host, ...segments].join('/')}${end}${space}`;
        const instance = normalizeInstanceUrl(typed);
        // A port that is the scheme's own, and the scheme in capitals, mean the same.
        expect(new URL(resolve(typed)).href).toBe(new URL(`${instance}/oauth/token`).href);
      },
    ),
  );
});
