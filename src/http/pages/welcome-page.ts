import { escapeHtml } from '../../primitives/escape-html.ts'
import type { RouteContract } from '../../routes/index.ts'
import { page } from './page.ts'

type ShownRoute = Pick<RouteContract, 'id' | 'owner' | 'kind'> & { grade: string }

/** What a person sees who opens the gateway's address in a browser. */
export function welcomePage(baseUrl: string, routes: readonly ShownRoute[]): string {
  const paid = routes.some((route) => route.kind !== 'sandbox')
  const serving = routes.map(
    (route) =>
      `<tr><td><code>${escapeHtml(route.id)}</code></td><td>${escapeHtml(route.owner)}</td><td>${route.kind}</td><td>${route.grade}</td></tr>`,
  )
  return page(
    'Darkroom',
    `<h1>Darkroom is running</h1>
<p class="quiet">A production gateway for GPT Image models. ${paid ? 'Calls on this installation cost money.' : 'The sandbox serves: calls cost nothing, and every picture says so.'}</p>
<h2>Point your OpenAI client here</h2>
<pre>base URL  ${escapeHtml(baseUrl)}/v1
key       a Darkroom key, the first one is in data/default-key</pre>
<h2>Look further</h2>
<table>
<tr><td><a href="/docs/">Reference</a></td><td>every endpoint, with its shapes</td></tr>
<tr><td><a href="/docs/errors">Errors</a></td><td>what happened, did it cost money, what to do next</td></tr>
<tr><td><a href="/openapi.json">openapi.json</a></td><td>for generating clients</td></tr>
<tr><td><a href="/readyz">Readiness</a></td><td>would a call be taken now</td></tr>
</table>
<h2>Routes</h2>
<table><tr><th>route</th><th>owner</th><th>kind</th><th>traffic</th></tr>${serving.join('')}</table>`,
  )
}
