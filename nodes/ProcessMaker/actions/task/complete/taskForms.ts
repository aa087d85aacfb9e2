import type { ScreenFields } from '../../../api/forms/screenFields';
import { readTaskScreens } from '../../../api/forms/screens';
import type { ApiTask } from '../../../api/tasks/tasks';
import { once } from '../../../execution/readers';
import { FORM_FIELDS, type MappedForm } from '../../../fields/formData';
import { asText } from '../../../guards';
import type { Connection } from '../../../transport/connection';
import { inputError } from '../../../transport/processMakerError';

/** The forms of the Tasks of a run, each read once: Tasks of the same element have the same form. */
export class TaskForms {
  private readonly forms = new Map<string, Promise<ScreenFields>>();

  constructor(private readonly connection: Connection) {}

  /** @throws ProcessMakerError when the fields of an item belong to another form than that of its Task */
  async check(task: ApiTask, { shown, given }: MappedForm): Promise<void> {
    const key = JSON.stringify([task.process_id, task.element_id ?? task.id]);
    const { fields } = await once(this.forms, key, async () => {
      return await readTaskScreens(this.connection, task.id);
    });
    const paths = new Set(fields.map(({ path }) => path));
    const foreign = given.filter((path) => !paths.has(path));
    const missing = fields.filter(({ path, required }) => {
      return required && !shown.includes(path) && !given.includes(path);
    });
    if (foreign.length + missing.length === 0) return;
    const reason =
      foreign.length > 0
        ? `it has no field ${listed(foreign)}`
        : `it requires ${listed(missing.map(({ label }) => label))}`;
    throw inputError(
      `'${FORM_FIELDS.displayName}' holds the fields of another form than that of Task ${task.id} ("${asText(task.element_name)}"): ${reason}`,
      "Use one node for the Tasks of each form, e.g. behind n8n's node Switch. If the form was changed, refresh the fields in the node.",
    );
  }
}

const listed = (names: string[]) => names.map((name) => `'${name}'`).join(', ');
