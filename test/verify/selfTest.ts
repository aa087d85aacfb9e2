import type { Copy } from './copy';
import type { Rule } from './rule';
import { makeReleasable, RELEASE_RULES, RULES } from './rules';
import type { Session } from './session';

/** Breaks each rule in copies of the checkout, and looks whether the rule finds it. */
export async function selfTest(session: Session): Promise<void> {
  const sound = await releasable(session);
  for (const rule of [...RULES, ...RELEASE_RULES]) {
    // A rule that never holds would find anything.
    await session.check(rule, sound);
    for (const name of Object.keys(rule.violations)) await findsViolation(session, rule, name);
  }
}

async function findsViolation(session: Session, rule: Rule, name: string): Promise<void> {
  await session.checks.check(`${rule.name} – found: ${name}`, async () => {
    const copy = await releasable(session);
    rule.violations[name]?.(copy);
    const found = await finds(rule, copy);
    session.signal.throwIfAborted();
    if (!found) throw new Error('It was not found.');
  });
}

async function finds(rule: Rule, copy: Copy): Promise<boolean> {
  return (await rule.check(copy)).length > 0;
}

/** A copy that has an owner, checked outside of GitHub. */
async function releasable(session: Session): Promise<Copy> {
  const copy = session.copy({});
  await makeReleasable(copy);
  return copy;
}
