import { type IDataObject, type INodeProperties, UserError } from 'n8n-workflow';

import { asText, isObject } from '../guards';

/**
 * First path segments of ProcessMaker's own pages and API. Everything from one of them on is not part of the
 * instance's address, so a pasted page or API URL can be cut there.
 */
const OWN_SEGMENTS = new Set([
  'about',
  'admin',
  'api',
  'cases',
  'designer',
  'home',
  'inbox',
  'login',
  'logout',
  'modeler',
  'notifications',
  'oauth',
  'password',
  'process-browser',
  'processes',
  'profile',
  'requests',
  'storage',
  'tasks',
]);

/**
 * An n8n expression for the same address, for the OAuth2 credential, whose own addresses can only be given as
 * expressions.
 */
export const INSTANCE_URL_EXPRESSION = [
  '$self["instanceUrl"].trim()',
  '.replace(/^(?![a-z][a-z\\d+.-]*:\\/\\/)/i, "https://")',
  '.replace(/[?#].*$/, "")',
  `.replace(/^([^/]+\\/\\/[^/]+(?:\\/.*?)??)\\/+(?:${[...OWN_SEGMENTS].join('|')})(?:\\/.*)?$/i, "$1")`,
  '.replace(/\\/+(?:index\\.php\\/*)?$/, "")',
].join('');

export const INVALID_INSTANCE_URL =
  "The 'Instance URL' of the ProcessMaker credential is not a web address. Enter the address of your ProcessMaker, e.g. https://acme.processmaker.net";

export const CHECK_INSTANCE_URL =
  "Check the 'Instance URL' of the credential: open it in a browser, it has to be the ProcessMaker that you sign in to.";

/**
 * The address of a ProcessMaker instance without a trailing slash, from what people type or paste: white space,
 * a missing scheme (https is assumed), trailing slashes, page and API URLs. An instance below a sub-path keeps it.
 *
 * @returns the address, or undefined when the text cannot be one
 */
export function normalizeInstanceUrl(text: string): string | undefined {
  const trimmed = text.trim();
  const withScheme = /^[a-z][a-z\d+.-]*:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`;
  let url: URL;
  try {
    url = new URL(withScheme);
  } catch {
    return undefined;
  }
  // Userinfo would send a second secret with every call; whatever is not http(s) cannot be ProcessMaker.
  if (!/^https?:$/.test(url.protocol) || url.hostname === '' || url.username !== '' || url.password !== '') {
    return undefined;
  }
  if (/\s/.test(trimmed)) return undefined;

  const segments = url.pathname.split('/').filter((segment) => segment !== '');
  const cut = segments.findIndex((segment) => OWN_SEGMENTS.has(segment.toLowerCase()));
  const kept = cut === -1 ? segments.filter((segment) => segment !== 'index.php') : segments.slice(0, cut);
  return [url.origin, ...kept].join('/');
}

/** Three, each once: n8n keeps the values of a list by their place, and would mix them up when one is taken out. */
const SLOTS = ['header1', 'header2', 'header3'] as const;

/** The field of both credential types for what a gateway in front of the instance asks for. */
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
      {
        displayName: 'Name',
        name: 'name',
        type: 'string',
        default: '',
        placeholder: 'e.g. X-Gateway-Key',
      },
      {
        displayName: 'Value',
        name: 'value',
        type: 'string',
        typeOptions: { password: true },
        default: '',
      },
    ],
  })),
};

const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const HEADER_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;
/** They belong to the node, and to the connection. */
const OWN_HEADERS =
  /^(?:authorization|accept|content-type|content-length|transfer-encoding|connection|host)$/i;

/**
 * The extra headers that a credential gives; a slot without a name is left out.
 *
 * @throws UserError when one cannot be a header, or is one that the node sets itself. It does not show the value.
 */
export function extraHeaders(credentials: IDataObject): Record<string, string> {
  const slots = isObject(credentials.extraHeaders) ? credentials.extraHeaders : {};
  const headers: Record<string, string> = {};
  for (const slot of SLOTS.map((name) => slots[name]).filter(isObject)) {
    const name = asText(slot.name).trim();
    const value = asText(slot.value).trim();
    if (name === '') continue;
    if (!HEADER_NAME.test(name) || OWN_HEADERS.test(name)) {
      throw new UserError(
        `'${name}' in the 'Extra Headers' of the credential cannot be used as an extra header`,
      );
    }
    if (!HEADER_VALUE.test(value)) {
      throw new UserError(
        `The value of '${name}' in the 'Extra Headers' of the credential has characters that no header can have`,
      );
    }
    headers[name] = value;
  }
  return headers;
}
