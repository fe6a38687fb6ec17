import { type CallSite, type Inventory, type MigrationStep, migrationSteps, placeText, type RewrittenCall } from './call-site.ts'
import { totalsOf } from './checklist-json.ts'

/** Files that could not be read and are named one by one; the rest is counted. */
const NAMED_SKIPPED = 50

/** The inventory as a checklist for people: what moves, in which order, with every request rewritten; what may stay; what goes. */
export function checklistMarkdown(inventory: Inventory): string {
  const of = (verdict: CallSite['verdict']) => inventory.sites.filter((site) => site.verdict === verdict)
  const work = inventory.sites.filter(({ verdict }) => verdict !== 'moved')
  return `${[
    head(inventory),
    overview(inventory),
    calls('1. Generation: move these first', 'generation', of('move')),
    calls('2. Edits', 'edits', of('move')),
    steps('3. Cost log', 'cost-log', work),
    steps('4. Storage', 'storage', work),
    section(
      'Keep as fallback',
      'Point these at the gateway too; the route itself may stay behind it only after its gate is passed.',
      of('fallback'),
    ),
    section('Drop', 'Nothing of this is kept. Darkroom refuses such routes by configuration.', of('drop')),
    moved(of('moved')),
    unseen(inventory),
  ]
    .filter((part) => part !== '')
    .join('\n\n')}\n`
}

function head({ folder, asOf, gatewayUrl, filesRead, sites }: Inventory): string {
  return `# Migration checklist for ${inline(folder)}\n\n${count(filesRead, 'file')} read, ${count(sites.length, 'place')} found, models as of ${asOf}. Gateway: ${gatewayUrl}, key in \`DARKROOM_API_KEY\`.`
}

function overview(inventory: Inventory): string {
  const { move, fallback, drop, moved: done } = totalsOf(inventory)
  const head = `| move | keep as fallback | drop | moved already |\n|---|---|---|---|\n| ${move} | ${fallback} | ${drop} | ${done} |`
  if (inventory.sites.length === 0) return `${head}\n\nNo image call was found. See below what a scan cannot see.`
  const rows = inventory.sites.map(
    (site) =>
      `| ${[inline(placeText(site)), operationText(site), cell(routeText(site)), verdictWords[site.verdict], traits(site)].join(' | ')} |`,
  )
  return [head, '', '| place | operation | route | verdict | as it is |', '|---|---|---|---|---|', ...rows].join('\n')
}

/** A verdict in the words of the checklist. */
export const verdictWords: Readonly<Record<CallSite['verdict'], string>> = {
  move: 'move now',
  fallback: 'keep as fallback',
  drop: 'drop',
  moved: 'moved',
}

/** What a site asks for, in a word. */
export function operationText({ found, operation }: CallSite): string {
  return found === 'setting' ? 'setting' : operation
}

/** Who serves a site, in short. */
export function routeText({ route }: CallSite): string {
  if (route.name === null) return route.host === null ? 'not readable' : `${route.host} (${route.class})`
  return route.host === null || route.class === 'official' ? route.name : `${route.name} (${route.host})`
}

function traits(site: CallSite): string {
  if (site.found === 'setting') return 'setting'
  const retries = site.retries.map(({ kind, attempts }) => (attempts === null ? kind : `${kind} ×${attempts}`)).join(' + ')
  const parts = [
    `stream ${site.streaming}`,
    `output ${site.output.state}`,
    `retry ${retries || (site.found === 'traffic' ? 'unknown' : 'none')}`,
    `cost log ${site.costLog.state}`,
    `storage ${site.storage.state}`,
  ]
  return parts.join(', ')
}

function calls(title: string, step: MigrationStep, sites: readonly CallSite[]): string {
  const here = sites.filter((site) => stepOf(site) === step)
  return here.length === 0 ? '' : [`## ${title}`, ...here.map(block)].join('\n\n')
}

const stepOf = (site: CallSite): MigrationStep =>
  site.tasks.find(({ step }) => step === 'generation' || step === 'edits')?.step ?? migrationSteps[0]

function steps(title: string, step: MigrationStep, sites: readonly CallSite[]): string {
  const lines = sites.flatMap((site) =>
    site.tasks.filter((task) => task.step === step).map(({ says }) => `- [ ] ${inline(placeText(site))}: ${says}`),
  )
  return lines.length === 0 ? '' : `## ${title}\n\n${lines.join('\n')}`
}

function section(title: string, says: string, sites: readonly CallSite[]): string {
  return sites.length === 0 ? '' : [`## ${title}`, says, ...sites.map(block)].join('\n\n')
}

function block(site: CallSite): string {
  const tasks = site.tasks.filter(({ step }) => step === 'generation' || step === 'edits').map(({ says }) => `- [ ] ${says}`)
  const evidence = site.relay.map(({ why, line, source }) => `- Line ${line}: ${why} (${source})`)
  const facts = [site.reason, `Found: ${inline(site.excerpt)}. Address: ${site.route.addressFrom}.`]
  return [
    `### ${inline(placeText(site))}: ${operationText(site)}, ${routeText(site)}`,
    ...facts,
    [...evidence, ...tasks].join('\n'),
    rewritten(site.rewrite),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

function rewritten(rewrite: RewrittenCall | null): string {
  if (rewrite === null) return ''
  const notes = rewrite.notes.map((note) => `- ${note}`).join('\n')
  return [fenced(rewrite.language, rewrite.after), notes].filter((part) => part !== '').join('\n\n')
}

/** A code block whose fence is longer than any inside it. */
function fenced(language: string, text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language === 'text' ? '' : language}\n${text}\n${fence}`
}

function moved(sites: readonly CallSite[]): string {
  return sites.length === 0
    ? ''
    : `## Moved already\n\n${sites.map((site) => `- [x] ${inline(placeText(site))}: ${operationText(site)}`).join('\n')}`
}

function unseen({ skipped }: Inventory): string {
  const named = skipped.slice(0, NAMED_SKIPPED).map(({ file, why }) => `- ${inline(file)}: ${why}`)
  const more = skipped.length > NAMED_SKIPPED ? [`- and ${skipped.length - NAMED_SKIPPED} more`] : []
  const files = named.length === 0 ? '' : `\n\nNot read, or not as a whole:\n\n${[...named, ...more].join('\n')}`
  return `## What this scan cannot see\n\nAddresses put together while the program runs, clients handed through several functions, code of packages, other branches and other repositories. Look at the traffic as well: scan a HAR file or a log.${files}`
}

/** A file may be called anything: no name breaks out of its code span or its table. */
function inline(text: string): string {
  const safe = cell(text.replace(/`/g, "'"))
  return `\`${safe === '' ? ' ' : safe}\``
}

const cell = (text: string) => text.replace(/[\r\n\p{Cc}]+/gu, ' ').replace(/\|/g, '\\|')

const count = (number: number, thing: string) => `${number} ${thing}${number === 1 ? '' : 's'}`
