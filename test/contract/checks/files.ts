import assert from 'node:assert/strict';
import { asText } from '../../../nodes/ProcessMaker/guards';
import { binary, rows } from '../../support/files';
import { locator } from '../../support/workflows';
import type { Check } from '../contract';
import { itemsOf, perform, start } from '../contract';

/** Files of a Request. */
export const fileChecks: Check[] = [
  {
    name: 'a file comes back as it was uploaded at the start, and can be listed and deleted',
    run: async (contract) => {
      const content = Buffer.from(Array.from({ length: 512 }, (_, index) => index % 256));
      const binaries = [{ data: binary('Größe 1.bin', content) }];
      const [request = {}] = itemsOf(
        await start(contract, { options: rows(['data', 'contract_check']) }, { binaries }),
      );
      const parameters = { request: locator('id', asText(request.id)) };
      const [listed] = itemsOf(await perform(contract, 'file getAll', parameters));
      assert.equal(listed?.variable, 'contract_check');
      assert.equal(listed?.size, content.length);
      const file = { file: locator('variable', 'contract_check') };
      const downloaded = await perform(contract, 'file download', { ...parameters, ...file });
      const data = downloaded.outputs('ProcessMaker')[0]?.[0]?.binary?.data?.data ?? '';
      assert.ok(content.equals(Buffer.from(data, 'base64')), 'byte by byte');
      const deleted = itemsOf(await perform(contract, 'file delete', { ...parameters, ...file }));
      assert.deepEqual(deleted, [{ deleted: true }]);
      assert.deepEqual(itemsOf(await perform(contract, 'file getAll', parameters)), []);
    },
  },
];
