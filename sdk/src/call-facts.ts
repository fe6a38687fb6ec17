/** What every answer of a picture call says about itself. */
export interface CallFacts {
  /** Record of the call: `GET /v2/generations/{id}`. */
  generationId: string
  /** Id of the route that served it. */
  route: string
  /** True for the answer of an earlier call: nothing was made or charged for this one. */
  isReplay: boolean
  /** True for play money and a picture that says so. */
  isSandbox: boolean
  /** Codes of remarks that did not refuse the request; the record explains them. */
  warnings: readonly string[]
  /** Whoever sends the same call with it gets the same answer, for 30 days. */
  idempotencyKey: string
  requestId: string | null
}

/** Reads them from the head of an answer. */
export function callFactsOf(headers: Headers, idempotencyKey: string): CallFacts {
  return {
    generationId: headers.get('x-darkroom-generation') ?? '',
    route: headers.get('x-darkroom-route') ?? '',
    isReplay: headers.get('idempotent-replayed') === 'true',
    isSandbox: headers.get('x-darkroom-sandbox') === 'true',
    warnings: headers.get('x-darkroom-warnings')?.split(', ') ?? [],
    idempotencyKey,
    requestId: headers.get('x-request-id'),
  }
}
