/** The style of all pages, for light and dark. */
export const STYLE = `
:root { color-scheme: light dark;
  --page: light-dark(#f5f7fa, #14181d); --card: light-dark(#fff, #1d232a); --line: light-dark(#e1e6eb, #333c46);
  --text: light-dark(#1f2933, #e6eaee); --quiet: light-dark(#5a6774, #9aa7b4); --link: light-dark(#0a5fa8, #7cbcf5);
  --button: light-dark(#0a6ebd, #1b74bb); --chip: light-dark(#e4e7eb, #3a444f);
  --good: light-dark(#d6f2de, #1d4a2f); --busy: light-dark(#d9eafb, #1d3f60); --bad: light-dark(#fbdcdc, #5c2525); }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; color: var(--text); background: var(--page); }
header, main, footer { max-width: 64rem; margin: 0 auto; padding: 0 1.25rem; }
header { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; padding-top: 1rem; } header strong { margin-right: auto; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 1.25rem 0 .5rem; } h2 { font-size: 1.15rem; margin: 0 0 .5rem; }
a { color: var(--link); } p { margin: .5rem 0; } ol { margin: .5rem 0; padding-left: 1.5rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem 1.25rem; margin: 1rem 0; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; } tr:last-child > * { border-bottom: 0; }
th, td { text-align: left; padding: .4rem .75rem .4rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
th { font-weight: 600; color: var(--quiet); font-size: .9rem; } time { white-space: nowrap; }
.quiet { color: var(--quiet); font-size: .9rem; }
.status { padding: .1rem .55rem; border-radius: 1rem; background: var(--chip); font-size: .85rem; white-space: nowrap; }
.ACTIVE { background: var(--busy); } .COMPLETED { background: var(--good); } .ERROR, .FAILING { background: var(--bad); }
.notice { border-left: .3rem solid var(--button); }
label { display: block; margin: .75rem 0; max-width: 36rem; }
input:not([type=checkbox]), textarea, select { display: block; width: 100%; padding: .45rem; font: inherit; color: inherit; background: var(--page); border: 1px solid var(--quiet); border-radius: .25rem; }
button { font: inherit; padding: .5rem 1rem; background: var(--button); color: #fff; border: 0; border-radius: .25rem; cursor: pointer; }
code { font-size: .9em; overflow-wrap: anywhere; } code.token { user-select: all; white-space: nowrap; }
pre { background: var(--page); padding: .75rem; margin: 0; border-radius: .25rem; overflow: auto; }
footer { padding-bottom: 2rem; color: var(--quiet); font-size: .85rem; }
`;
