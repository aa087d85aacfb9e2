import { strict as assert } from 'node:assert';

import type { Subject } from '../subject';

const PROCESS = 'Travel expense report';
const JOURNEY = {
  ...{ employee: 'Ann', reason: 'Fair', iban: 'DE02120300000000202051' },
  ...{ costCentre: '4200', travelDate: '2026-11-24', total: 99.5, prepaid: false },
};

export async function checkMapFromForm(subject: Subject): Promise<void> {
  await checkForm(subject);
  await checkOtherProcesses(subject);
}

/** The way of a person who fills in the fields of a process's form. */
export async function checkForm({ checks, editor, processMaker, credential }: Subject): Promise<void> {
  const field = (id: string) => editor.parameter(id);
  /** What the server has of a field of the Request that a run starts. */
  const sentAfterRun = async (id: string) => {
    const before = processMaker.requests().length;
    await editor.execute();
    for (let tries = 0; processMaker.requests().length === before && tries < 50; tries++) {
      await editor.page.waitForTimeout(200);
    }
    assert.equal(processMaker.requests().length, before + 1);
    return processMaker.requests().at(-1)?.data[id];
  };
  const type = (id: string, text: string) => field(id).locator('input, textarea').first().fill(text);

  await checks.check(
    'the fields of the form are shown, and those of later forms offered with the name of their Task',
    async () => {
      await editor.newWorkflow();
      await editor.addNode('start request', 'ProcessMaker', 'Start request');
      await editor.chooseCredential(credential.name);
      await editor.chooseFromList('process', 'travel', PROCESS);
      await editor.choose('dataMode', 'Map From Form');
      await field('employee').waitFor();
      const shown = await editor.panel.innerText();
      assert.match(shown, /Day of travel\n/);
      assert.doesNotMatch(shown, /Comment/);
      await editor.panel.getByTestId('add-fields-select').getByRole('button').click();
      await editor.page
        .getByText(/^Comment · /)
        .locator('visible=true')
        .click();
      await field('comment').waitFor();
    },
    'laterFieldsAreAdded',
  );

  await checks.check(
    'a list of the form says what it holds, and is not red while it is empty',
    async () => {
      const shown = await editor.panel.innerText();
      assert.match(shown, /Trips \(list of from, to, distance\)/);
      assert.match(shown, /Meals \(list of b = Breakfast, l = Lunch, d = Dinner\)/);
      assert.equal(await field('meals').locator('textarea, .cm-editor').count(), 0);
    },
    'listsOfAFormAreText',
  );

  await checks.check('what is filled in arrives as the form stores it', async () => {
    await type('employee', JOURNEY.employee);
    await type('reason', JOURNEY.reason);
    await type('iban', JOURNEY.iban);
    await type('total', String(JOURNEY.total));
    await field('costCentre').click();
    await editor.option('Support').click();
    await type('travelDate', `${JOURNEY.travelDate} 00:00:00`);
    await editor.page.keyboard.press('Enter');
    await editor.screenshot('map-from-form');
    await editor.screenshot('dark-mode', 'Dark');
    await editor.execute();
    await editor.output.getByText('ACTIVE').first().waitFor();
    const [request] = processMaker.requests().slice(-1);
    assert.ok(request, 'The server has no Request.');
    const given = Object.entries(request.data).filter(([name]) => !name.startsWith('_'));
    assert.deepEqual(Object.fromEntries(given), JOURNEY);
  });

  await checks.check(
    'a checkbox shows what is sent: nothing, true or false',
    async () => {
      await editor.panel.getByTestId('add-fields-select').getByRole('button').click();
      await field('approved').waitFor();
      assert.equal(await editor.value('prepaid'), 'False');
      assert.equal(await editor.value('approved'), 'Not Sent');
      assert.equal(await sentAfterRun('approved'), undefined);
      for (const [shown, sent] of [
        ['True', true],
        ['False', false],
        ['Not Sent', undefined],
      ] as const) {
        await editor.choose('approved', shown);
        assert.equal(await editor.value('approved'), shown);
        assert.equal(await sentAfterRun('approved'), sent);
      }
    },
    'checkboxTellsTheTruth',
  );
}

async function checkOtherProcesses({ checks, editor }: Subject): Promise<void> {
  await checks.check('another process has other fields', async () => {
    await editor.chooseFromList('process', 'screen', 'E start with screen');
    await editor.parameter('orderId').waitFor();
    assert.equal(await editor.parameter('employee').count(), 0);
  });

  await checks.check('a process of which nothing is known says so', async () => {
    await editor.chooseFromList('process', 'two starts', 'B two starts');
    await editor.chooseFromList('process', 'start to end', 'C start to end');
    await editor.panel
      .getByTestId('empty-fields-notice')
      .getByText(/no form/)
      .waitFor();
  });
}
