import type { Rule } from '../rule';
import { DOCUMENT_RULES } from './documents';
import { LINT_RULES } from './lint';
import { MANIFEST_RULES } from './manifest';
import { N8N_RULES } from './n8n';
import { REPOSITORY_RULES } from './repository';
import { TARBALL_RULES } from './tarball';

export { makeReleasable, RELEASE_RULES } from './release';

/** What holds at any time. */
export const RULES: Rule[] = [
  ...LINT_RULES,
  ...TARBALL_RULES,
  ...MANIFEST_RULES,
  ...DOCUMENT_RULES,
  ...REPOSITORY_RULES,
  ...N8N_RULES,
];
