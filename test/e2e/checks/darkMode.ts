import type { Subject } from '../subject';
import { checkCredential } from './credential';
import { checkIcon } from './icon';
import { checkForm } from './mapFromForm';
import { checkFirstLists } from './panelTexts';
import { checkTool } from './tool';

/** The panel and its forms again, as a person sees them who has chosen the dark theme. */
export async function checkDarkMode(subject: Subject): Promise<void> {
  await subject.checks.check('a person chooses the dark theme', () => subject.editor.chooseTheme('Dark'));
  await checkIcon(subject, 'processmaker.dark.svg');
  await checkForm(subject);
  await checkCredential(subject);
  await checkTool(subject);
  await checkFirstLists(subject);
}
