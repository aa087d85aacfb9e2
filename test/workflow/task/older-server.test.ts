import { ERROR_OUTPUT, failedItems, locator } from '../../support/workflows';
import { useHarness } from '../../support/harness';

const harness = useHarness({ version: '4.11.0' });

it('says what to do where the server does not show whose access token it is', async () => {
  const parameters = { assignedTo: 'me' };
  const run = await harness.perform('task getAll', parameters, { settings: ERROR_OUTPUT });
  expect(failedItems(run)).toMatchObject([
    {
      text: expect.stringMatching(
        /does not show whose access token .* since version 4\.12.*'User'/,
      ) as string,
      httpStatus: 404,
    },
  ]);
  const given = { assignedTo: 'user', user: locator('id', 3) };
  const other = await harness.perform('task getAll', given, { settings: ERROR_OUTPUT });
  expect(failedItems(other)).toEqual([]);
});
