import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { root } from '../../demo/paths';
import { notesOf } from './changelog';
import type { Copy } from './copy';
import { RELEASE_RULES, RULES } from './rules';
import { runSession, type Session } from './session';
import { selfTest } from './selfTest';

/**
 * Checks what n8n's reviewers check, and what this package promises of itself. With `--release` also what only its
 * owner can set; with `--out` writes the checked tarball and the notes of its release. `--self-test` checks the rules.
 */
async function verify(session: Session): Promise<void> {
  const { values } = parseArgs({
    options: {
      'self-test': { type: 'boolean' },
      release: { type: 'boolean' },
      out: { type: 'string' },
    },
  });
  if (values['self-test']) return await selfTest(session);
  const copy = session.copy({ ...process.env });
  for (const rule of values.release ? [...RULES, ...RELEASE_RULES] : RULES) await session.check(rule, copy);
  if (values.out !== undefined && session.checks.allPassed)
    await handOut(copy, path.resolve(root, values.out));
}

/** Writes the tarball that was checked, and what the changelog says of it. */
async function handOut(copy: Copy, folder: string): Promise<void> {
  const { tarball } = await copy.packed();
  mkdirSync(folder, { recursive: true });
  copyFileSync(tarball, path.join(folder, path.basename(tarball)));
  writeFileSync(path.join(folder, 'notes.md'), await notesOf(copy, copy.manifest().version));
}

void runSession(verify);
