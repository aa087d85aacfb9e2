import { type IDataObject, type INodeProperties, UserError } from 'n8n-workflow';

import { asText, isObject } from '../guards';

/** What is replaced in the address of a page or of the API, one after the other, to make it that of the instance. */
const REPLACEMENTS: Array<[RegExp, string]> = [
  [/^\s+|\s+$/g, ''],
  [/\\/g, '/'],
  [/^(?![a-z][a-z\d+.-]*:\/\/)/i, 'https://'],
  [/[?#].*$/, ''],
  [/([^:])\/{2,}/g, '$1/'],
  [
    /^([^/]+\/\/[^/]+(?:\/.*?)??)\/+(?:about|admin|api|cases|designer|home|inbox|index\.php|login|logout|modeler|notifications|oauth|password|process-browser|processes|profile|requests|storage|tasks)(?:\/.*)?$/i,
    '$1',
  ],
  [/\/+$/, ''],
];

/** The same as an n8n expression, since an OAuth2 credential takes its addresses only so. */
export const INSTANCE_URL_EXPRESSION = REPLACEMENTS.reduce(
  (expression, [pattern, text]) => `${expression}.replace(${pattern}, ${JSON.stringify(text)})`,
  '$self["instanceUrl"]',
);

export const INVALID_INSTANCE_URL =
  "The 'Instance URL' of the ProcessMaker credential is not a web address. Enter the address of your ProcessMaker, e.g. https://acme.processmaker.net";

export const CHECK_INSTANCE_URL =
  "Check the 'Instance URL' of the credential: open it in a browser, it has to be the ProcessMaker that you sign in to.";

/** The address of an instance, without a trailing slash, from what people type or paste; undefined when it is none. */
export function normalizeInstanceUrl(text: string): string | undefined {
  let address = text;
  for (const [pattern, replacement] of REPLACEMENTS) address = address.replace(pattern, replacement);
  if (/\s/.test(address) || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  // Userinfo would send a second secret with every call; whatever is not http(s) cannot be ProcessMaker.
  if (!/^https?:$/.test(url.protocol) || url.hostname === '' || url.username !== '' || url.password !== '') {
    return undefined;
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}

export const instanceUrlField: INodeProperties = {
  displayName: 'Instance URL',
  name: 'instanceUrl',
  type: 'string',
  default: '',
  required: true,
  placeholder: 'e.g. https://acme.processmaker.net',
  description:
    'The address of your ProcessMaker. The address of any of its pages will do. With http:// instead of https:// the token travels unencrypted.',
};

/** What a pasted token may begin with, when it was the value of a header. */
export const BEARER = /^\s*Bearer\s+/i;

/** Three, each once: n8n keeps the values of a list by their place, and would mix them up when one is taken out. */
const SLOTS = ['header1', 'header2', 'header3'] as const;

export const extraHeadersField: INodeProperties = {
  displayName: 'Extra Headers',
  name: 'extraHeaders',
  type: 'fixedCollection',
  default: {},
  placeholder: 'Add Header',
  description: 'Headers to send with every call, for a gateway in front of the instance that asks for them',
  options: SLOTS.map((name, index) => ({
    displayName: `Header ${index + 1}`,
    name,
    values: [
      { displayName: 'Name', name: 'name', type: 'string', default: '', placeholder: 'e.g. X-Gateway-Key' },
      { displayName: 'Value', name: 'value', type: 'string', typeOptions: { password: true }, default: '' },
    ],
  })),
};

const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const HEADER_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;
/** They belong to the node, and to the connection. */
const OWN_HEADERS =
  /^(?:authorization|accept|content-type|content-length|transfer-encoding|connection|host)$/i;

/** The extra headers of a credential. @throws UserError for one that cannot be sent; it does not show the value */
export function extraHeaders(credentials: IDataObject): Record<string, string> {
  const slots = isObject(credentials.extraHeaders) ? credentials.extraHeaders : {};
  const headers: Record<string, string> = {};
  for (const key of SLOTS) {
    const slot = slots[key];
    if (!isObject(slot)) continue;
    const name = asText(slot.name).trim();
    const value = asText(slot.value).trim();
    if (name === '') continue;
    const what = `'${name}' in the 'Extra Headers' of the credential`;
    if (!HEADER_NAME.test(name) || OWN_HEADERS.test(name)) {
      throw new UserError(`${what} cannot be used as an extra header`);
    }
    if (!HEADER_VALUE.test(value)) {
      throw new UserError(`The value of ${what} has characters that no header can have`);
    }
    headers[name] = value;
  }
  return headers;
}
