import type { IDataObject } from 'n8n-workflow';
import { testCredential } from '../../support/credential-test';
import { locator } from '../../support/workflows';
import { requests } from '../../support/things';
import { ORDINARY, type Subject } from './subject';
import { toldByRun } from './told';
import { toldBy } from './told';

/** The test that n8n makes when a person saves a credential. n8n itself sends it, and reads its response. */
const accessToken: Subject = {
  ...ORDINARY,
  name: 'credential processMakerApi',
  readsLists: false,
  isBounded: false,
  prepare: (lane) => {
    const { processMakerApi = {} } = lane.credentials('admin');
    const { engine } = lane.harness;
    return Promise.resolve(async () => {
      const told = await toldBy(async () => await testCredential(engine, 'processMakerApi', processMakerApi));
      // What n8n says of a response that it cannot use is its own.
      return { ...told, others: [] };
    });
  },
};

/** n8n has no test for OAuth2: its token shows whether it is any good when it is used, and when it is renewed. */
const oAuth2: Subject = {
  ...ORDINARY,
  name: 'credential processMakerOAuth2Api',
  canCancel: true,
  after: 1,
  async prepare(lane) {
    const { harness } = lane;
    const [item] = await requests(harness, 1);
    // It is prepared again.
    if (!item) throw new Error('No Request was started.');
    const { oauth } = harness.server;
    const { accessToken: token, refreshToken = '' } = oauth.issue('admin');
    const { id, secret } = oauth.client;
    lane.secrets.push(token, refreshToken, secret);
    const processMakerOAuth2Api = {
      instanceUrl: harness.gateway.url,
      clientId: id,
      clientSecret: secret,
      oauthTokenData: {
        access_token: token,
        refresh_token: refreshToken,
        token_type: 'Bearer',
      } as IDataObject,
    };
    const parameters = { authentication: 'oAuth2', request: locator('id', Number(item.id)) };
    return async (signal) => {
      oauth.expire(token);
      const credentials = { processMakerOAuth2Api };
      const run = await harness.perform('request get', parameters, { credentials, signal });
      // What n8n says of a token that it cannot use is its own.
      return { ...toldByRun(run), falseStarts: [], others: [] };
    };
  },
};

/** The tests of both credentials. */
export const CREDENTIALS: Subject[] = [accessToken, oAuth2];
