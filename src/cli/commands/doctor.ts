import type { DoctorFinding } from '../../flows/index.ts'
import { type Command, say } from '../command.ts'
import { GatewayClient } from '../gateway-client.ts'
import { gatewayFlags, gatewayOptions, readArguments, refusePositionals } from '../options.ts'
import { recordFindings, sayFinding } from '../record-findings.ts'

/** `darkroom doctor`: examines the installation. */
export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'examine the installation; --live asks the accounts, --verify reads every picture',
  usage: `doctor [options]

      --live             ask each paid upstream whether its key is good, without making a picture
      --verify           hold records against one another, kept pictures against their hashes
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
    if (values.verify) findings.push(...(await recordFindings(client)))
    if (values.json) say(context.stdout, JSON.stringify(findings, null, 2))
    else for (const finding of findings) sayFinding(context.stdout, finding)
    return findings.some((finding) => finding.level === 'error') ? 1 : 0
  },
}
