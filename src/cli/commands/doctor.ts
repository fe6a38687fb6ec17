import type { DoctorFinding, VerifiedObjects } from '../../flows/index.ts'
import { type Command, say } from '../command.ts'
import { GatewayClient } from '../gateway-client.ts'
import { sayWrapped } from '../layout.ts'
import { gatewayFlags, gatewayOptions, readArguments, refusePositionals } from '../options.ts'

const marks: Record<DoctorFinding['level'], string> = { ok: 'ok      ', note: 'note    ', warning: 'WARNING ', error: 'ERROR   ' }
const BELOW_MARK = '        '

/** `darkroom doctor`: examines the installation. */
export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'examine the installation; --live asks the accounts, --verify reads every picture',
  usage: `doctor [options]

      --live             ask each paid upstream whether its key is good, without making a picture
      --verify           read every kept picture and hold it against its hash
      --data FOLDER      data folder (./data)
      --json             print the findings as JSON`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, { ...gatewayOptions, verify: { type: 'boolean' } })
    refusePositionals('doctor', positionals)
    await using client = await GatewayClient.connect(context, gatewayFlags(values), { liveForOwner: true })
    const { findings } = await client.json<{ findings: DoctorFinding[] }>({
      method: 'GET',
      path: `/v2/doctor?live=${values.live ?? false}`,
    })
    if (values.verify) findings.push(await verified(client))
    if (values.json) say(context.stdout, JSON.stringify(findings, null, 2))
    else for (const finding of findings) show(finding, (line) => sayWrapped(context.stdout, line, BELOW_MARK))
    return findings.some((finding) => finding.level === 'error') ? 1 : 0
  },
}

/** Every kept object, a part at a time: no single call takes longer than a proxy waits. */
async function verified(client: GatewayClient): Promise<DoctorFinding> {
  const totals = { checked: 0, bytes: 0, missing: [] as string[], damaged: [] as string[] }
  for (let after: string | null = ''; after !== null; ) {
    const part: VerifiedObjects = await client.json({ method: 'POST', path: `/v2/objects/verify?after=${after}` })
    totals.checked += part.checked
    totals.bytes += part.bytes
    totals.missing.push(...part.missing)
    totals.damaged.push(...part.damaged)
    after = part.next
  }
  const { checked, bytes, missing, damaged } = totals
  const looked = `${checked} kept objects read, ${Math.ceil(bytes / 2 ** 20)} MiB`
  if (missing.length + damaged.length === 0) return { name: 'kept bytes', level: 'ok', found: `${looked}, all as they were`, advice: null }
  const named = [...missing.map((hash) => `${hash} is missing`), ...damaged.map((hash) => `${hash} is damaged`)]
  return {
    name: 'kept bytes',
    level: 'error',
    found: `${looked}: ${named.join(', ')}`,
    advice: 'Restore these from a backup (docs/backup.md).',
  }
}

function show({ name, level, found, advice }: DoctorFinding, line: (text: string) => void): void {
  line(`${marks[level]}${name}: ${found}`)
  if (advice) line(`${BELOW_MARK}→ ${advice}`)
}
