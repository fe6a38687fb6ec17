import { askedCall, askedOptions, askedOptionsHelp } from '../asked-call.ts'
import { type Command, say } from '../command.ts'
import { refusalSentences } from '../explain.ts'
import { GatewayClient } from '../gateway-client.ts'
import { type CheckedCall, checkImageCall } from '../image-call.ts'
import { count, sayWrapped } from '../layout.ts'
import { gatewayFlags, gatewayOptions, readArguments } from '../options.ts'

/** `darkroom check`: would the call be accepted, and what would it cost. */
export const checkCommand: Command = {
  name: 'check',
  summary: 'say whether a call would be accepted, without making it',
  usage: `check "PROMPT" [options]
       darkroom check --edit PICTURE… "PROMPT" [options]

${askedOptionsHelp}
      --live             check it for OpenAI, as with generate --live
      --data FOLDER      data folder (./data)
      --json             print the whole answer`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, { ...gatewayOptions, ...askedOptions })
    const call = await askedCall('check', positionals, values)
    await using client = await GatewayClient.connect(context, gatewayFlags(values))
    const answer = await checkImageCall(client, call)
    if (values.json) say(context.stdout, JSON.stringify(answer, null, 2))
    else for (const line of linesOf(answer)) sayWrapped(context.stdout, line, '  ')
    return answer.ok ? 0 : 1
  },
}

function linesOf(answer: CheckedCall): string[] {
  const refusals = answer.refusals.flatMap(({ status, error }) => refusalSentences(status, error))
  const warnings = answer.warnings.map((warning) => `Warning: ${warning.message}`)
  return [...(answer.ok ? acceptance(answer) : refusals), ...warnings]
}

function acceptance({ resolved, estimate }: CheckedCall): string[] {
  if (!resolved || !estimate) return ['Accepted.']
  const { model, size, quality, output_format, n } = resolved
  return [
    `Accepted: ${model}, ${count(n, 'picture')}, size ${size}, quality ${quality}, ${output_format}.`,
    `It would cost about ${estimate.expected.usd} USD on ${estimate.route_id}, at most ${estimate.high.usd}.`,
  ]
}
