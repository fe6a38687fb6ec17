import type { NewRollout, Rollout } from './api-types.ts'
import type { OperationInput, OperationReply } from './call.ts'
import { Resource } from './resources.ts'
import type { CallOptions } from './transport.ts'

type Query<Name extends 'POST /v2/rollouts' | 'GET /v2/rollouts'> = NonNullable<OperationInput<Name>['query']>
type Language = Query<'POST /v2/rollouts'>['lang']

const PAUSE_MS = 1000

/** Walks of routes through the five steps to production. For the admin token. */
export class Rollouts extends Resource {
  /** Prices the five steps. Sends nothing and costs nothing. */
  plan(body: Omit<NewRollout, 'dry_run'>, options?: CallOptions & { lang?: Language }): Promise<Rollout> {
    return this.#post({ ...body, dry_run: true }, options)
  }

  /** Begins; `budget_usd` must reach what the plan says. */
  begin(body: Omit<NewRollout, 'dry_run'> & { budget_usd: string }, options?: CallOptions & { lang?: Language }): Promise<Rollout> {
    return this.#post({ ...body, dry_run: false }, options)
  }

  /** The report as it stands; reading one that waits for a person looks whether that person has decided. */
  get(id: string, options?: CallOptions & { lang?: Language }): Promise<Rollout> {
    const { lang, ...call } = options ?? {}
    return this.darkroom.call(
      'GET /v2/rollouts/{id}',
      { path: { id }, query: lang === undefined ? {} : { lang } },
      call,
    ) as Promise<Rollout>
  }

  /** The report once it goes no further by itself: passed, failed, or waiting for a person. */
  async wait(id: string, options?: CallOptions & { lang?: Language }): Promise<Rollout> {
    for (;;) {
      const rollout = await this.get(id, options)
      if (rollout.state !== 'running') return rollout
      options?.signal?.throwIfAborted()
      await new Promise((resume) => setTimeout(resume, PAUSE_MS))
    }
  }

  list(query: Query<'GET /v2/rollouts'> = {}, options?: CallOptions): Promise<OperationReply<'GET /v2/rollouts'>> {
    return this.darkroom.call('GET /v2/rollouts', { query }, options)
  }

  #post(body: NewRollout, options: (CallOptions & { lang?: Language }) | undefined): Promise<Rollout> {
    const { lang, ...call } = options ?? {}
    return this.darkroom.call('POST /v2/rollouts', { query: lang === undefined ? {} : { lang }, body }, call)
  }
}
