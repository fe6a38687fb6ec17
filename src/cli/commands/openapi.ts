import { type Command, say } from '../command.ts'
import { readArguments, refusePositionals } from '../options.ts'

/** `darkroom openapi`: the API description, for generating clients. */
export const openApiCommand: Command = {
  name: 'openapi',
  summary: 'print the OpenAPI 3.1 document',
  usage: 'openapi',
  async run(args, context) {
    refusePositionals('openapi', readArguments(args, {}).positionals)
    say(context.stdout, await context.openApi())
    return 0
  },
}
