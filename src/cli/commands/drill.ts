import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Command, say, UsageError } from '../command.ts'
import { GatewayClient } from '../gateway-client.ts'
import { count } from '../layout.ts'
import { readArguments } from '../options.ts'
import { recordFindings, sayFinding } from '../record-findings.ts'

/** `darkroom drill`: proves that a backup can be lived from. */
export const drillCommand: Command = {
  name: 'drill',
  summary: 'restore a backup elsewhere, start on it, and hold its records against one another',
  usage: `drill BACKUP [options]

Restores the backup into a folder of its own, starts a gateway on it that calls nobody,
and checks what must hold between money, calls, budgets and pictures.

      --into FOLDER      where to restore it, and to leave it; must be empty or missing
                         (a temporary folder, which is removed)
      --json             print the manifest and the findings`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, { into: { type: 'string' }, json: { type: 'boolean' } })
    const [source] = positionals
    if (source === undefined || positionals.length > 1) throw new UsageError('drill expects one backup folder')
    await using place = await placeFor(values.into)
    const { restore } = await import('../../db/index.ts')
    const manifest = await restore(source, place.folder)
    await using client = await GatewayClient.connect(context, { dataFolder: place.folder, mayLackSecrets: true, callsNobody: true })
    const findings = await recordFindings(client)
    const isSound = findings.every(({ level }) => level === 'ok')
    if (values.json) say(context.stdout, JSON.stringify({ manifest, findings }, null, 2))
    else {
      const generations = count(manifest.rows['generations'] ?? 0, 'generation')
      say(
        context.stdout,
        `Restored as of ${manifest.made_at}: ${generations}, ${count(manifest.objects.count, 'picture')}, every byte compared.`,
      )
      for (const finding of findings) sayFinding(context.stdout, finding)
      say(context.stdout, isSound ? 'This backup can be lived from.' : 'This backup cannot be trusted.')
    }
    return isSound ? 0 : 1
  },
}

async function placeFor(into: string | undefined): Promise<{ folder: string } & AsyncDisposable> {
  if (into !== undefined) return { folder: into, [Symbol.asyncDispose]: async () => undefined }
  const parent = await mkdtemp(join(tmpdir(), 'darkroom-drill-'))
  return { folder: join(parent, 'data'), [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true }) }
}
