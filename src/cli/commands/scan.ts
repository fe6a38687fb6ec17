import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { CallSite, Inventory } from '../../migration/index.ts'
import { type Command, CommandError, type Output, say, UsageError } from '../command.ts'
import { count, sayWrapped, table } from '../layout.ts'
import { readArguments } from '../options.ts'

/** Names of the checklist's files below `--out`. */
const MARKDOWN = 'migration-checklist.md'
const JSON_FILE = 'migration-checklist.json'

/** `darkroom scan`: which image calls a project makes, and what becomes of each. */
export const scanCommand: Command = {
  name: 'scan',
  summary: 'list the image calls of a project and write a checklist for moving them',
  usage: `scan FOLDER [options]

      --out FOLDER       write ${MARKDOWN} and .json there
      --gateway URL      where calls shall go (http://127.0.0.1:4100)
      --json             print the whole inventory

It needs no server and no network, and runs nothing that it reads. Secrets are named, never shown.`,
  async run(args, context) {
    const options = { out: { type: 'string' }, gateway: { type: 'string' }, json: { type: 'boolean' } } as const
    const { values, positionals } = readArguments(args, options)
    const [folder] = positionals
    if (folder === undefined || positionals.length > 1) throw new UsageError('scan expects one folder')
    const { checklistJson, checklistMarkdown, scanFolder } = await import('../../migration/index.ts')
    const inventory = opened(folder, () =>
      scanFolder(folder, values.gateway === undefined ? {} : { gatewayUrl: gatewayAddress(values.gateway) }),
    )
    const json = checklistJson(inventory)
    if (values.out !== undefined) await writeChecklist(values.out, checklistMarkdown(inventory), json)
    if (values.json) say(context.stdout, json)
    else await report(inventory, values.out, context.stdout)
    return 0
  },
}

function gatewayAddress(text: string): string {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) throw new UsageError(`--gateway expects an http or https address, found '${text}'`)
  return `${url.origin}${url.pathname}`
}

function opened(folder: string, scan: () => Inventory): Inventory {
  try {
    return scan()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new CommandError(
      code === 'ENOENT' ? `There is no folder ${folder}.` : `${folder} cannot be scanned: it is no folder, or may not be opened (${code}).`,
    )
  }
}

async function writeChecklist(out: string, markdown: string, json: string): Promise<void> {
  try {
    await mkdir(out, { recursive: true })
    await writeFile(join(out, MARKDOWN), markdown)
    await writeFile(join(out, JSON_FILE), `${json}\n`)
  } catch (error) {
    throw new CommandError(`The checklist cannot be written to ${out} (${(error as NodeJS.ErrnoException).code}).`)
  }
}

async function report(inventory: Inventory, out: string | undefined, stdout: Output): Promise<void> {
  const { operationText, placeText, routeText, totalsOf, verdictWords } = await import('../../migration/index.ts')
  const { sites, skipped, filesRead } = inventory
  const unread = skipped.length === 0 ? '' : `, ${count(skipped.length, 'file')} skipped`
  sayWrapped(stdout, `${inventory.folder}: ${count(filesRead, 'file')} read${unread}, ${count(sites.length, 'image call')} found.`)
  if (sites.length > 0) {
    const rows = sites.map((site) => [verdictWords[site.verdict], placeText(site), operationText(site), routeText(site), remarks(site)])
    say(stdout, `\n${table([['verdict', 'place', 'operation', 'route', 'remarks'], ...rows])}\n`)
    const { move, fallback, drop, moved } = totalsOf(inventory)
    sayWrapped(stdout, `Move ${move}, keep ${fallback} as fallback, drop ${drop}${moved > 0 ? `; ${moved} moved already` : ''}.`)
  }
  if (out !== undefined) sayWrapped(stdout, `Checklist with every request rewritten: ${join(out, MARKDOWN)}, ${JSON_FILE}`)
  else if (sites.length > 0) sayWrapped(stdout, 'Say --out FOLDER for the checklist with every request rewritten for the gateway.')
}

/** What would surprise whoever moves the call. */
function remarks({ models, parameters, secrets, relay, retries, requests }: CallSite): string {
  const retired = models.filter(({ state }) => state === 'retired').map(({ id }) => `${id} is retired`)
  const illegal = parameters.filter(({ legal }) => !legal).map(({ name, value }) => `${name} ${value} refused`)
  const attempts = Math.max(0, ...retries.map((retry) => retry.attempts ?? 0))
  const parts = [
    ...(relay.length > 0 ? [relay.map(({ id }) => id).join(', ')] : []),
    ...retired,
    ...illegal,
    ...(secrets.length > 0 ? [count(secrets.length, 'secret')] : []),
    ...(attempts > 1 && relay.length === 0 ? [`may pay ${attempts} times`] : []),
    ...(requests === null ? [] : [count(requests, 'request')]),
  ]
  return parts.join('; ')
}
