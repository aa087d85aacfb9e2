import { CREDENTIALS } from './credentials';
import { EDITOR } from './editor';
import { OPERATIONS } from './operations';
import type { Subject } from './subject';
import { TRIGGER } from './trigger';

/** Everything in the package that calls a server. */
export const SUBJECTS: Subject[] = [...OPERATIONS, ...CREDENTIALS, ...EDITOR, ...TRIGGER];
