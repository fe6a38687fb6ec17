import type { CallSite, ObservedSite, Task, Verdict } from './call-site.ts'

/** Sorts a site into move, fallback or drop, with the reason and what to do at it, in the order of a migration. */
export function sortCallSite(site: ObservedSite): CallSite {
  const { verdict, reason } = judge(site)
  return { ...site, verdict, reason, tasks: tasksOf(site, verdict) }
}

interface Judgement {
  verdict: Verdict
  reason: string
}

function judge(site: ObservedSite): Judgement {
  const { route, operation, relay } = site
  if (relay.length > 0 || route.class === 'relay') return { verdict: 'drop', reason: relayReason(site) }
  if (route.class === 'darkroom') return { verdict: 'moved', reason: 'It calls the gateway already.' }
  if (operation === 'variation')
    return { verdict: 'drop', reason: 'The variations endpoint is gone upstream; an edit with the picture as its input takes its place.' }
  if (route.class === 'provider') return { verdict: 'fallback', reason: providerReason(site) }
  if (route.class === 'self-hosted') return { verdict: 'fallback', reason: selfHostedReason(site) }
  return { verdict: 'move', reason: moveReason(site) }
}

function relayReason({ relay, route }: ObservedSite): string {
  const why =
    relay.length > 0
      ? `It ${relay.map((finding) => finding.why).join('; it ')}.`
      : `It calls ${route.host ?? route.name}: ${route.fact ?? ''}`
  return `${why} Session relays, harvested tokens and account pools never carry customer production: nobody answers for owner, billing or rights, and accounts end without notice. The official API covers the same wish.`
}

function providerReason({ route }: ObservedSite): string {
  const setUp = route.preset === null ? 'It has no preset here' : `Preset ${route.preset} describes it`
  return `The call goes to the gateway and to the official route first; ${route.name} may stay behind it as a fallback with a contract of its own, once its gate is passed. ${setUp}.${route.fact ? ` ${route.fact}` : ''}`
}

function selfHostedReason({ route }: ObservedSite): string {
  const name = route.name ?? `A server of your own network (${route.host})`
  return `${name} says nothing about what stands behind it: it counts as an unknown wrapper until the gate has evidence, so it may stay for internal exceptions only. The call goes to the gateway.`
}

function moveReason({ route, operation, found }: ObservedSite): string {
  if (found === 'setting')
    return route.class === 'unknown' ? 'It names the model of calls that move.' : 'It decides where calls go that move.'
  const what = {
    edit: 'an edit',
    responses: 'an image step of an assistant',
    'chat-image': 'a picture asked through chat completions',
  } as Readonly<Record<string, string>>
  const wish = what[operation] ?? 'a direct generation'
  if (route.class === 'official') return `The official API covers it: ${wish}.`
  if (route.class === 'wrapper')
    return `Nobody here knows who owns ${route.host}: no owner, no production. The official API covers it: ${wish}.`
  return `The official API covers it: ${wish}. Its address could not be read (${route.addressFrom}): see that it is no relay.`
}

function tasksOf(site: ObservedSite, verdict: Verdict): Task[] {
  if (verdict === 'moved') return []
  const step = site.operation === 'edit' || site.operation === 'variation' ? ('edits' as const) : ('generation' as const)
  const call = [...callTasks(site, verdict), ...valueTasks(site), ...secretTasks(site), ...retryTasks(site, verdict)]
  const follow = site.found === 'setting' || verdict === 'drop' ? [] : [...costTasks(site), ...storageTasks(site)]
  return [...call.map((says) => ({ step, says })), ...follow]
}

function callTasks({ found, route, operation }: ObservedSite, verdict: Verdict): string[] {
  if (found === 'traffic')
    return [
      verdict === 'drop'
        ? 'Find the program that sends this and take the calls out.'
        : 'Find the program that sends this and point it at the gateway.',
    ]
  if (verdict === 'drop')
    return [operation === 'variation' ? 'Take the call out; send an edit instead.' : 'Take the code out; send the official call instead.']
  const tasks = [found === 'setting' && route.class === 'unknown' ? 'Set the model id.' : 'Point it at the gateway with a Darkroom key.']
  if (verdict === 'fallback' && found === 'call')
    tasks.push(`Name ${route.name ?? route.host} as a route in darkroom.yaml only if it must stay, and run its gate.`)
  if (operation === 'responses')
    tasks.push('Keep it on Responses only if the picture is a step of a conversation; one picture is an Image API call.')
  return tasks
}

function valueTasks({ models, parameters }: ObservedSite): string[] {
  const named = models.flatMap(({ id, state, use }) => {
    if (state === 'retired') return [`Model ${id} was shut down: use ${use}.`]
    if (state === 'not-in-catalogue') return [`Model ${id} is nobody's official id${use === null ? '' : `: use ${use}`}.`]
    return []
  })
  const given = parameters
    .filter(({ legal }) => !legal)
    .map(({ name, value, why, use }) => `${name} ${value}: ${why.replace(/\.$/, '')}. ${use === null ? 'Leave it out.' : `Use ${use}.`}`)
  return [...named, ...given]
}

function secretTasks({ secrets }: ObservedSite): string[] {
  return secrets.map(({ kind, line }) => `Line ${line} holds a secret (${kind}): revoke it, then keep secrets out of files.`)
}

function retryTasks({ retries, found }: ObservedSite, verdict: Verdict): string[] {
  if (verdict === 'drop' || found === 'setting') return []
  return retries
    .filter(({ attempts }) => attempts !== 1)
    .map(({ kind, says, line }) => {
      const place = line === null ? '' : ` (line ${line})`
      if (kind === 'sdk-default' || kind === 'sdk')
        return `Retries: ${says}${place}. Leave them: the gateway says x-should-retry: false where a repeat would pay twice.`
      return `Retries: ${says}${place}. Take it out, or let it obey x-should-retry: it pays again for a picture that was made.`
    })
}

function costTasks({ costLog, operation }: ObservedSite): Task[] {
  const says = {
    usage: `Usage is read${at(costLog)}: compare it with GET /v2/ledger, then let the ledger be the book.`,
    'own-price': `A price of its own is computed${at(costLog)}: replace it by the settled cost in GET /v2/generations/{id}.`,
    none: 'No cost is logged: keep x-darkroom-generation with the job; GET /v2/ledger holds its cost.',
    unknown: 'Whether cost is logged cannot be seen here: GET /v2/ledger holds it.',
  }[costLog.state]
  const wish = operation === 'unknown' ? [] : [{ step: 'cost-log' as const, says }]
  return wish
}

function storageTasks({ storage, output, operation }: ObservedSite): Task[] {
  if (operation === 'unknown') return []
  const says = {
    file: `Written to a file${at(storage)}: the gateway keeps the bytes by hash too; store its image id beside the file.`,
    'object-store': `Written to an object store${at(storage)}: keep it, or read the gateway's storage_pointer instead.`,
    database: `Written to a database${at(storage)}: keep the image id and hash there, never base64.`,
    'passed-on': `Passed on${at(storage)} and stored nowhere: link GET /v2/images/{id} instead.`,
    none: 'Stored nowhere that the scan can see: link GET /v2/images/{id}.',
    unknown: 'Where pictures go cannot be seen here: GET /v2/images/{id} serves them.',
  }[storage.state]
  const expiring =
    output.state === 'url' || output.state === 'both'
      ? ['A provider URL is kept or shown; it expires. Read b64_json or the stored picture.']
      : []
  return [says, ...expiring].map((text) => ({ step: 'storage' as const, says: text }))
}

function at({ line, near }: { line: number | null; near: boolean }): string {
  if (line === null) return ''
  return near ? ` (line ${line})` : ` (line ${line}, outside this function)`
}
