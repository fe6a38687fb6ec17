import type { DoctorFinding } from '../../flows/index.ts'
import { type Command, say } from '../command.ts'
import { GatewayClient } from '../gateway-client.ts'
import { sayWrapped } from '../layout.ts'
import { gatewayFlags, gatewayOptions, readArguments, refusePositionals } from '../options.ts'

const marks: Record<DoctorFinding['level'], string> = { ok: 'ok      ', note: 'note    ', warning: 'WARNING ', error: 'ERROR   ' }
const BELOW_MARK = '        '

/** `darkroom doctor`: examines the installation. */
export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'examine storage, database, routes and prices; with --live the accounts too',
  usage: `doctor [options]

      --live             ask each paid upstream whether its key is good, without making a picture
      --data FOLDER      data folder (./data)
      --json             print the findings as JSON`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, gatewayOptions)
    refusePositionals('doctor', positionals)
    await using client = await GatewayClient.connect(context, gatewayFlags(values), { liveForOwner: true })
    const { findings } = await client.json<{ findings: DoctorFinding[] }>({
      method: 'GET',
      path: `/v2/doctor?live=${values.live ?? false}`,
    })
    if (values.json) say(context.stdout, JSON.stringify(findings, null, 2))
    else for (const finding of findings) show(finding, (line) => sayWrapped(context.stdout, line, BELOW_MARK))
    return findings.some((finding) => finding.level === 'error') ? 1 : 0
  },
}

function show({ name, level, found, advice }: DoctorFinding, line: (text: string) => void): void {
  line(`${marks[level]}${name}: ${found}`)
  if (advice) line(`${BELOW_MARK}→ ${advice}`)
}
