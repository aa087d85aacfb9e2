import assert from 'node:assert/strict';
import { asText } from '../../../nodes/ProcessMaker/guards';
import { binary, rows } from '../../support/files';
import { locator } from '../../support/workflows';
import type { Check } from '../contract';
import { failureOf, itemsOf, perform, start } from '../contract';

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
  {
    name: 'Upload puts a file in the place of the one with the same variable',
    run: async (contract) => {
      const [request = {}] = itemsOf(await start(contract));
      const parameters = { request: locator('id', asText(request.id)) };
      const upload = async (name: string): Promise<unknown> => {
        const binaries = [{ data: binary(name, name) }];
        const fields = { ...parameters, ...rows(['data', 'contract_check']) };
        return itemsOf(await perform(contract, 'file upload', fields, { input: [{}], binaries }))[0]?.fileId;
      };
      const first = await upload('first.txt');
      const second = await upload('second 2.txt');
      assert.notEqual(first, second);
      const files = itemsOf(await perform(contract, 'file getAll', parameters));
      assert.deepEqual(
        files.map(({ fileId, fileName }) => [fileId, fileName]),
        [[second, 'second-2.txt']],
      );
    },
  },
  {
    name: 'a file that is not there is told, with those that are',
    run: async (contract) => {
      const [request = {}] = itemsOf(await start(contract));
      const file = { request: locator('id', asText(request.id)), file: locator('id', 999999999) };
      assert.match(failureOf(await perform(contract, 'file download', file)).text, /has no file/);
    },
  },
];
