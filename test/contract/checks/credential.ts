import assert from 'node:assert/strict';
import { testCredential } from '../../support/credential-test';
import type { Check, Contract } from '../contract';
import { credentialsOf } from '../contract';

/** What n8n asks when a person saves the credential. */
export const credentialChecks: Check[] = [
  {
    name: 'the credential test accepts the token',
    run: async (contract) => assert.equal((await credentialTest(contract)).status, 'OK'),
  },
  {
    name: 'the credential test refuses another token',
    run: async (contract) => {
      const { status, message } = await credentialTest(contract, 'wrong');
      assert.equal(status, 'Error');
      assert.match(message, /did not accept/);
    },
  },
];

async function credentialTest({ engine, server }: Contract, token = server.token) {
  return await testCredential(engine, 'processMakerApi', credentialsOf({ ...server, token }).processMakerApi);
}
