import {
  type IAuthenticate,
  type Icon,
  type ICredentialTestRequest,
  type ICredentialType,
  type INodeProperties,
  UserError,
} from 'n8n-workflow';

import {
  BEARER,
  extraHeaders,
  extraHeadersField,
  instanceUrlField,
  INVALID_INSTANCE_URL,
  normalizeInstanceUrl,
} from '../nodes/ProcessMaker/transport/credential';

const NOT_PROCESSMAKER = 'There is no ProcessMaker API at this Instance URL. Check the address.';
const REDIRECT =
  'This address redirects to another one, and the token is not sent on. Open it in a browser, and use the address where you arrive as Instance URL.';

export class ProcessMakerApi implements ICredentialType {
  name = 'processMakerApi';

  displayName = 'ProcessMaker API';

  icon: Icon = { light: 'file:../icons/processmaker.svg', dark: 'file:../icons/processmaker.dark.svg' };

  documentationUrl = 'https://github.com/n8n-nodes-processmaker/n8n-nodes-processmaker#credential';

  properties: INodeProperties[] = [
    instanceUrlField,
    {
      displayName: 'Access Token',
      name: 'accessToken',
      type: 'string',
      typeOptions: { password: true },
      default: '',
      required: true,
      description:
        "An API token of the ProcessMaker user in whose name n8n acts. An administrator creates it under Admin > Users > the user > 'API Tokens'.",
    },
    {
      displayName: 'Ignore SSL Issues (Insecure)',
      name: 'ignoreSslIssues',
      type: 'boolean',
      default: false,
      description:
        'Whether to connect even if the certificate of the instance cannot be verified, as with a self-signed one',
    },
    extraHeadersField,
  ];

  authenticate: IAuthenticate = (credentials, requestOptions) => {
    // Only the credential test below gives a base URL: the node's transport sends complete ones.
    if (requestOptions.baseURL !== undefined) {
      const instanceUrl = normalizeInstanceUrl(requestOptions.baseURL);
      if (instanceUrl === undefined) return Promise.reject(new UserError(INVALID_INSTANCE_URL));
      requestOptions.baseURL = instanceUrl;
    }
    const token = (credentials.accessToken as string).replace(BEARER, '').trim();
    requestOptions.headers = {
      ...requestOptions.headers,
      ...extraHeaders(credentials),
      Authorization: `Bearer ${token}`,
    };
    return Promise.resolve(requestOptions);
  };

  // A count of Requests: 200 for any valid token, whatever its user may do, and a body that only ProcessMaker gives.
  test: ICredentialTestRequest = {
    request: {
      baseURL: '={{$credentials.instanceUrl}}',
      url: '/api/1.0/requests',
      qs: { total: 'true', per_page: 1, order_by: 'id' },
      headers: { Accept: 'application/json' },
      disableFollowRedirect: true,
      skipSslCertificateValidation: '={{$credentials.ignoreSslIssues}}',
      timeout: 30_000,
    },
    rules: [
      ...[301, 302, 303, 307, 308].map((value) => statusRule(value, REDIRECT)),
      statusRule(401, 'ProcessMaker did not accept this Access Token: it is mistyped, expired or revoked.'),
      statusRule(403, 'ProcessMaker refused the user of this Access Token. The user may be inactive.'),
      statusRule(404, NOT_PROCESSMAKER),
      statusRule(405, NOT_PROCESSMAKER),
      statusRule(503, 'ProcessMaker is in maintenance mode, or not available. Try again later.'),
      {
        type: 'responseSuccessBody',
        properties: { key: 'meta.total', value: undefined, message: NOT_PROCESSMAKER },
      },
      // n8n reads both kinds of rules from one list, though its type says only one kind.
    ] as ICredentialTestRequest['rules'],
  };
}

function statusRule(value: number, message: string) {
  return { type: 'responseCode' as const, properties: { value, message } };
}
