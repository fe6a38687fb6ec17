import { type Command, say } from '../command.ts'
import { portNumber, readArguments, refusePositionals, wholeNumber } from '../options.ts'
import { whenAborted } from '../when-aborted.ts'

const DEFAULT_PORT = 4199

/** `darkroom sandbox`: the upstream emulator alone. */
export const sandboxCommand: Command = {
  name: 'sandbox',
  summary: 'run the sandbox alone: an upstream that draws pictures for play money',
  usage: `sandbox [options]

      --port N           port to listen on; 0 takes a free one (${DEFAULT_PORT})
      --invoice FILE     append every charged call to this file
      --latency MS       how long a picture takes
      --ipm N            images a minute, enforced as the real limits are
      --tpm N            tokens a minute`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, {
      port: { type: 'string' },
      invoice: { type: 'string' },
      latency: { type: 'string' },
      ipm: { type: 'string' },
      tpm: { type: 'string' },
    })
    refusePositionals('sandbox', positionals)
    const latencyMs = wholeNumber('latency', values.latency)
    const limits = { imagesPerMinute: wholeNumber('ipm', values.ipm) ?? null, tokensPerMinute: wholeNumber('tpm', values.tpm) ?? null }
    const port = portNumber(values.port) ?? DEFAULT_PORT
    const interruption = context.interruption()
    // Fonts and canvas are loaded for the one command that draws.
    const { startSandbox } = await import('../../sandbox/index.ts')
    await using sandbox = await startSandbox({
      port,
      invoicePath: values.invoice ?? null,
      limits,
      ...(latencyMs === undefined ? {} : { latencyMs }),
    })
    say(context.stdout, startUpText(sandbox.url))
    await whenAborted(interruption)
    return 0
  },
}

function startUpText(url: string): string {
  return `
  Sandbox on ${url}/v1
  It takes any key and charges play money only; every picture says SANDBOX.

    curl -s ${url}/v1/images/generations \\
      -H 'Authorization: Bearer any' -H 'Content-Type: application/json' \\
      -d '{"model":"gpt-image-2","prompt":"A quiet harbour at dawn"}' -o picture.json

  Ctrl-C stops it.
`
}
