import { STATUS_CODES } from 'node:http'
import { Failure } from '../contract/failure.ts'

/** The error object of upstream's envelope: these four members and, for safety refusals, one more. */
export interface RefusalBody {
  message: string
  type: string
  param: string | null
  code: string | null
  moderation_details?: { moderation_stage: string; categories: string[] }
}

/** An answer that is an error in upstream's envelope. */
export class Refusal extends Error {
  override readonly name = 'Refusal'
  readonly status: number
  readonly body: RefusalBody
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, body: RefusalBody, headers: Readonly<Record<string, string>> = {}) {
    super(body.message)
    this.status = status
    this.body = body
    this.headers = headers
  }
}

type KnownError = Omit<RefusalBody, 'param'> & { status: number; param?: string }

const serverError = 'The server had an error while processing your request. Sorry about that!'
const quota = { status: 429, type: 'insufficient_quota' }

/** Errors of the account and server side that a script can ask for by code; texts as upstream's own were observed. */
const errorsByCode: Readonly<Record<string, KnownError>> = {
  invalid_api_key: { status: 401, type: 'invalid_request_error', code: 'invalid_api_key', message: 'Incorrect API key provided.' },
  organization_not_verified: {
    status: 403,
    type: 'invalid_request_error',
    code: null,
    message: 'Your organization must be verified to use the model `gpt-image-2`.',
  },
  unsupported_country_region_territory: {
    status: 403,
    type: 'request_forbidden',
    code: 'unsupported_country_region_territory',
    message: 'Country, region, or territory not supported',
  },
  rate_limit_exceeded: {
    status: 429,
    type: 'input-images',
    code: 'rate_limit_exceeded',
    message: 'Rate limit reached for gpt-image-2 in organization sandbox on input-images per min: Limit 5, Used 5, Requested 1.',
  },
  insufficient_quota: { ...quota, code: 'insufficient_quota', message: 'You exceeded your current quota.' },
  credit_balance_exhausted: { ...quota, code: 'credit_balance_exhausted', message: 'Your credit balance is exhausted.' },
  project_spend_limit_exceeded: { ...quota, code: 'project_spend_limit_exceeded', message: 'The project spend limit was exceeded.' },
  organization_spend_limit_exceeded: {
    ...quota,
    code: 'organization_spend_limit_exceeded',
    message: 'The organization spend limit was exceeded.',
  },
  organization_usage_limit_exceeded: {
    ...quota,
    code: 'organization_usage_limit_exceeded',
    message: 'The organization usage limit was exceeded.',
  },
  billing_hard_limit_reached: {
    status: 400,
    type: 'billing_limit_user_error',
    code: 'billing_hard_limit_reached',
    message: 'Billing hard limit has been reached.',
  },
  server_error: { status: 500, type: 'server_error', code: 'server_error', message: serverError },
}

const codeByStatus: Readonly<Record<number, string>> = {
  401: 'invalid_api_key',
  403: 'organization_not_verified',
  429: 'rate_limit_exceeded',
}

/** The refusal a script asks for by status, by code, or by both; what it leaves open is filled in as upstream would. */
export function scriptedRefusal(status: number | undefined, code: string | undefined): Refusal {
  const known = errorsByCode[code ?? codeByStatus[status ?? 500] ?? '']
  if (known) {
    const { status: usual, param = null, ...body } = known
    return new Refusal(status ?? usual, { ...body, param })
  }
  const effective = status ?? 400
  const type = effective >= 500 ? 'server_error' : 'invalid_request_error'
  const message = effective >= 500 ? serverError : `${STATUS_CODES[effective] ?? 'Error'} (scripted in the sandbox)`
  return new Refusal(effective, { message, type, param: null, code: code ?? null })
}

/** The refusal of the safety system, with the id that upstream puts into the text. */
export function moderationRefusal(stage: 'input' | 'output', requestId: string): Refusal {
  return new Refusal(400, {
    message:
      'Your request was rejected by the safety system. If you believe this is an error, contact us at help.openai.com and include ' +
      `the request ID ${requestId}. safety_violations=[violence].`,
    type: 'image_generation_user_error',
    param: null,
    code: 'moderation_blocked',
    moderation_details: { moderation_stage: stage, categories: ['violence'] },
  })
}

/** A refusal of the request's form: `invalid_request_error`, 400 unless said otherwise. */
export function invalidRequest(
  message: string,
  code: string | null,
  { status = 400, param = null }: { status?: number; param?: string | null } = {},
): Refusal {
  return new Refusal(status, { message, type: 'invalid_request_error', param, code })
}

/** A failure of the contract as upstream words it: without what only a gateway adds. */
export function refusalOf({ status, message, type, param, publicCode }: Failure): Refusal {
  return new Refusal(status, { message, type, param, code: publicCode })
}

/**
 * Runs a check of the contract.
 * @throws Refusal in place of the contract's Failure.
 */
export function refusingAsUpstream<Result>(check: () => Result): Result {
  try {
    return check()
  } catch (error) {
    throw error instanceof Failure ? refusalOf(error) : error
  }
}
