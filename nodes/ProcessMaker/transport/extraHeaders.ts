import { UserError, type IDataObject, type INodeProperties } from 'n8n-workflow';

import { asText, isObject } from '../guards';

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
