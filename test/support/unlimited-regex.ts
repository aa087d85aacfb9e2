import * as n8nWorkflow from 'n8n-workflow';

// n8n stops a regular expression after 250 ms. On a busy machine that is soon over without the expression being at
// fault, so here they run without a limit. Older n8n sets none.
n8nWorkflow.setSafeRegexEngine?.({
  exec: (pattern, input, flags) => new RegExp(pattern, flags).exec(input),
  test: (pattern, input, flags) => new RegExp(pattern, flags).test(input),
  replace: (pattern, input, flags, replacement) => input.replace(new RegExp(pattern, flags), replacement),
  matchAll: (pattern, input, flags) => [...input.matchAll(new RegExp(pattern, `${flags ?? ''}g`))],
  split: (pattern, input, flags) => input.split(new RegExp(pattern, flags)),
});
