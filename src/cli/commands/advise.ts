import type { JobSignal } from '../../contract/record.ts'
import { adviceSheet } from '../advice-sheet.ts'
import { type Command, say, UsageError } from '../command.ts'
import { readArguments, wholeNumber } from '../options.ts'

/** Yes or no of a job, as options and as the request has them. Each has a twin `--no-…`. */
const signals = {
  'direct-artefact': 'direct_artefact',
  conversation: 'conversation',
  'several-steps': 'several_steps',
  'other-tools': 'other_tools',
  'by-hand': 'by_hand',
  edit: 'edit',
  planning: 'planning',
  many: 'many',
  fast: 'fast',
  review: 'review',
} as const satisfies Readonly<Record<string, JobSignal>>

type Signal = keyof typeof signals
type Switch = Signal | `no-${Signal}`

const signalNames = Object.keys(signals) as Signal[]
const switches = Object.fromEntries(signalNames.flatMap((name) => [name, `no-${name}`]).map((name) => [name, { type: 'boolean' }]))

const options = {
  ...(switches as Record<Switch, { type: 'boolean' }>),
  'provider-need': { type: 'string' },
  'per-day': { type: 'string' },
  within: { type: 'string' },
  lang: { type: 'string' },
  gateway: { type: 'string' },
  json: { type: 'boolean' },
} as const

type Values = ReturnType<typeof readArguments<typeof options>>['values']

/** `darkroom advise`: which surface a job belongs on. */
export const adviseCommand: Command = {
  name: 'advise',
  summary: 'say which surface suits a job, why, and how the call looks',
  usage: `advise "JOB IN WORDS" [options]

      --direct-artefact  a picture is the whole result
      --conversation     people talk with it over several turns
      --several-steps    the picture is one step of a longer flow that a model runs
      --other-tools      search, files, functions or code take part in the same answer
      --by-hand          a person makes it in a window; no program calls
      --edit             it starts from existing pictures
      --planning         layout, text or facts must be worked out before drawing
      --many             hundreds or more at once, with nobody waiting
      --fast             somebody waits and wants to see something within seconds
      --review           a person must look before it is public
                         Each has a twin for no: --no-conversation, --no-edit …
      --provider-need N  why not OpenAI: payment, compatibility, support, fallback, none
      --per-day N        pictures a day
      --within N         seconds that the caller can wait for a picture
      --lang LANGUAGE    en, ja or zh-CN; the job may be told in any of them (en)
      --gateway URL      where the ready request goes (http://127.0.0.1:4100)
      --json             print the whole advice

It needs no server and no network. Options win over what the words suggest.`,
  async run(args, context) {
    const { values, positionals } = readArguments(args, options)
    const job = jobOf(positionals, values)
    const { advise } = await import('../../advice/index.ts')
    const advice = advise(await checked(job), { baseUrl: gatewayOrigin(values.gateway ?? 'http://127.0.0.1:4100') })
    const { isTTY, columns } = context.stdout
    say(context.stdout, values.json ? JSON.stringify(advice, null, 2) : adviceSheet(advice, isTTY ? columns : undefined))
    return 0
  },
}

/** The request as it would be sent to `POST /v2/advise`; what was not said is left out. */
function jobOf(positionals: readonly string[], values: Values): Record<string, unknown> {
  const [description] = positionals
  if (positionals.length > 1) throw new UsageError('advise expects the job as one text, in quotes')
  const said = {
    description,
    ...answersOf(values),
    provider_need: values['provider-need'],
    pictures_per_day: wholeNumber('per-day', values['per-day']),
    answer_within_seconds: wholeNumber('within', values.within),
  }
  const job = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
  if (Object.keys(job).length === 0) throw new UsageError('advise expects a job, in words or in options')
  return values.lang === undefined ? job : { ...job, lang: values.lang }
}

function answersOf(values: Values): Record<string, boolean> {
  const answers: Record<string, boolean> = {}
  for (const name of signalNames) {
    const [yes, no] = [values[name], values[`no-${name}`]]
    if (yes && no) throw new UsageError(`--${name} and --no-${name} contradict each other`)
    if (yes || no) answers[signals[name]] = yes === true
  }
  return answers
}

/** Fields of the request that are spelt otherwise on the command line. */
const optionOf: Readonly<Record<string, string>> = {
  description: 'The job',
  provider_need: '--provider-need',
  pictures_per_day: '--per-day',
  answer_within_seconds: '--within',
  lang: '--lang',
}

/** The job as the gateway would read it. @throws UsageError naming the option that does not fit. */
async function checked(job: Record<string, unknown>) {
  const { adviceRequestSchema } = await import('../../contract/record.ts')
  const { success, data, error } = adviceRequestSchema.safeParse(job)
  if (success) return data
  const [issue] = error.issues
  throw new UsageError(`${optionOf[String(issue?.path[0])]}: ${issue?.message}`)
}

/** An address with or without `/v1`, since both are what people call the gateway's. */
function gatewayOrigin(text: string): string {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) throw new UsageError(`--gateway expects an http or https address, found '${text}'`)
  return `${url.origin}${url.pathname}`.replace(/\/(?:v1\/?)?$/, '')
}
