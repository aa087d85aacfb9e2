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

  documentationUrl = 'https://github.com/n8n-nodes-processmaker/n8n-nodes-processmaker#credential';

  properties: INodeProperties[] = [
    {
      displayName:
        "An administrator creates the client in ProcessMaker under Admin > 'Auth Clients', for the authorization code grant, with the redirect URL above. Client credentials do not work with ProcessMaker's API: it issues a token for them, and then refuses it. n8n acts in the name of the user who signs in when you connect.",
      name: 'notice',
      type: 'notice',
      default: '',
    },
    instanceUrlField,
    hidden('Grant Type', 'grantType', 'authorizationCode'),
    hidden('Authorization URL', 'authUrl', `={{ ${INSTANCE_URL_EXPRESSION} }}/oauth/authorize`),
    hidden('Access Token URL', 'accessTokenUrl', `={{ ${INSTANCE_URL_EXPRESSION} }}/oauth/token`),
    // ProcessMaker knows no scopes.
    hidden('Scope', 'scope', ''),
    hidden('Auth URI Query Parameters', 'authQueryParameters', ''),
    hidden('Authentication', 'authentication', 'body'),
    extraHeadersField,
  ];
}

/** What n8n's own credential asks for, and ProcessMaker decides. */
function hidden(displayName: string, name: string, value: string): INodeProperties {
  return { displayName, name, type: 'hidden', default: value };
}
