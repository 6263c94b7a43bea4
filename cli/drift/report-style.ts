/** The style of the report. Colours are told apart by lightness too, and nothing is said by colour alone. */
export const REPORT_STYLE = `
:root { color-scheme: light dark; --ink: #1b2430; --soft: #55606f; --page: #fbfbfd; --card: #fff; --line: #d5dae2;
  --expected: #b9c2cf; --actual: #1d5fd1; --alarm: #a3200d; --alarm-back: #fdecea; --fine: #1a6b3c; --fine-back: #e8f5ed; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf0; --soft: #a9b4c2; --page: #12161c; --card: #1a2028; --line: #323b48;
    --expected: #4f5b6b; --actual: #7fb0ff; --alarm: #ff9d8f; --alarm-back: #3a1c18; --fine: #7fd6a2; --fine-back: #16301f; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 1rem; background: var(--page); color: var(--ink); font: 1rem/1.45 system-ui, sans-serif; }
main, header, footer { max-width: 68rem; margin: 0 auto; }
h1 { font-size: 1.4rem; margin: .5rem 0; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 0; overflow-wrap: anywhere; }
p, footer { color: var(--soft); }
.column { display: grid; grid-template-columns: minmax(10rem, 1fr) minmax(16rem, 1.4fr) minmax(14rem, 1.2fr); gap: 1rem;
  align-items: start; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: 1rem; margin: .75rem 0; }
@media (max-width: 48rem) { .column { grid-template-columns: 1fr; } }
.verdict { display: inline-block; padding: .1rem .5rem; border-radius: 1rem; font-size: .9rem; font-weight: 600; }
.fine { color: var(--fine); background: var(--fine-back); }
.alarm { color: var(--alarm); background: var(--alarm-back); }
.column ul { margin: .5rem 0 0; padding-left: 1.1rem; font-size: .9rem; }
dl { display: grid; grid-template-columns: auto 1fr; gap: .15rem .75rem; margin: 0; font-size: .9rem; }
dt { color: var(--soft); }
dd { margin: 0; text-align: right; font-variant-numeric: tabular-nums; }
svg { width: 100%; height: auto; max-width: 30rem; }
svg text { fill: var(--soft); font-size: 11px; }
svg line { stroke: var(--line); }
.expected { fill: var(--expected); }
.actual { fill: var(--actual); }
.key span { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 .8em; }
.key .expected { background: var(--expected); }
.key .actual { background: var(--actual); }
`;
