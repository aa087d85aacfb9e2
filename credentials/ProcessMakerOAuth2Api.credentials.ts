import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

import {
  extraHeadersField,
  INSTANCE_URL_EXPRESSION,
  instanceUrlField,
} from '../nodes/ProcessMaker/transport/credential';

export class ProcessMakerOAuth2Api implements ICredentialType {
  name = 'processMakerOAuth2Api';

  extends = ['oAuth2Api'];

  displayName = 'ProcessMaker OAuth2 API';

  icon: Icon = { light: 'file:../icons/processmaker.svg', dark: 'file:../icons/processmaker.dark.svg' };

  documentationUrl = 'https://www.npmjs.com/package/n8n-nodes-processmaker#credential';

  properties: INodeProperties[] = [
    {
      displayName:
        "An administrator creates the client in ProcessMaker under Admin > 'Auth Clients', for the authorization code grant, with the redirect URL above. Client credentials do not work with ProcessMaker's API: it issues a token for them, and then refuses it. n8n acts in the name of the user who signs in when you connect.",
      name: 'notice',
      type: 'notice',
      default: '',
    },
    instanceUrlField,
    { displayName: 'Grant Type', name: 'grantType', type: 'hidden', default: 'authorizationCode' },
    {
      displayName: 'Authorization URL',
      name: 'authUrl',
      type: 'hidden',
      default: `={{ ${INSTANCE_URL_EXPRESSION} }}/oauth/authorize`,
    },
    {
      displayName: 'Access Token URL',
      name: 'accessTokenUrl',
      type: 'hidden',
      default: `={{ ${INSTANCE_URL_EXPRESSION} }}/oauth/token`,
    },
    // ProcessMaker knows no scopes.
    { displayName: 'Scope', name: 'scope', type: 'hidden', default: '' },
    { displayName: 'Auth URI Query Parameters', name: 'authQueryParameters', type: 'hidden', default: '' },
    { displayName: 'Authentication', name: 'authentication', type: 'hidden', default: 'body' },
    extraHeadersField,
  ];
}
