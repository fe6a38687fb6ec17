import { escapeHtml } from '../../primitives/escape-html.ts'

/** A whole page around a body that is HTML already. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<link rel="stylesheet" href="/assets/page.css">
</head>
<body>
<main>
${body}
</main>
</body>
</html>
`
}

/** The one stylesheet of the gateway's own pages. */
export const pageStyles = `:root { color-scheme: light dark; --ink: #1d1a17; --paper: #faf7f2; --quiet: #6f675e; --line: #e4dccf; --safe: #a33327 }
@media (prefers-color-scheme: dark) { :root { --ink: #efe9df; --paper: #171412; --quiet: #a59c90; --line: #332d27; --safe: #ff7a66 } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.6 system-ui, sans-serif }
main { max-width: 46rem; margin: 0 auto; padding: 3rem 1.25rem 5rem; overflow-wrap: anywhere }
h1 { font-size: 2rem; line-height: 1.2; letter-spacing: -0.01em; margin: 0 0 0.5rem }
h2 { font-size: 1.05rem; margin: 2.5rem 0 0.5rem }
h2 code { font-size: 1em }
p, dd { margin: 0 0 0.75rem }
a { color: var(--safe) }
code, pre { font: 0.875rem/1.5 ui-monospace, monospace }
pre { padding: 0.9rem 1rem; border: 1px solid var(--line); border-radius: 8px; overflow-x: auto }
table { border-collapse: collapse; width: 100% }
td, th { text-align: left; padding: 0.4rem 0.75rem 0.4rem 0; border-bottom: 1px solid var(--line); vertical-align: top }
.quiet { color: var(--quiet) }
section { scroll-margin-top: 1rem } section:target { outline: 2px solid var(--safe); outline-offset: 0.75rem; border-radius: 2px }
`
