import type { EstimateReply } from '../../contract/record.ts'
import { askedCall, askedOptions, askedOptionsHelp } from '../asked-call.ts'
import { type Command, say } from '../command.ts'
import { GatewayClient } from '../gateway-client.ts'
import { priceImageCall } from '../image-call.ts'
import { sayWrapped, table } from '../layout.ts'
import { gatewayFlags, gatewayOptions, readArguments } from '../options.ts'

/** `darkroom estimate`: what a call would cost, with its bounds and per quality. */
export const estimateCommand: Command = {
  name: 'estimate',
  summary: 'say what a call would cost, without making it',
  usage: `estimate "PROMPT" [options]
       darkroom estimate --edit PICTURE… "PROMPT" [options]

${askedOptionsHelp}
      --live             price it on OpenAI, as with generate --live
      --data FOLDER      data folder (./data)
      --json             print the whole answer`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, { ...gatewayOptions, ...askedOptions })
    const call = await askedCall('estimate', positionals, values)
    await using client = await GatewayClient.connect(context, gatewayFlags(values))
    const answer = await priceImageCall(client, call)
    if (values.json) {
      say(context.stdout, JSON.stringify(answer, null, 2))
      return 0
    }
    say(context.stdout, sheet(answer))
    for (const assumption of answer.assumptions) sayWrapped(context.stdout, `- ${assumption}`, '  ')
    return 0
  },
}

function sheet(answer: EstimateReply): string {
  const { low, expected, high, reserve, per_quality, price_card } = answer
  const price = table([
    ['USD', 'expected', 'low', 'high', 'reserved'],
    ['this call', expected.usd, low.usd, high.usd, reserve.usd],
    ...Object.entries(per_quality).map(([quality, money]) => [`at ${quality}`, money.usd, '', '', '']),
  ])
  return `${answer.model} on ${answer.route_id} (${answer.route_owner}), price card ${price_card.id} of ${price_card.date}\n\n${price}\n`
}
