import type {
  BudgetChange,
  LegalHoldRelease,
  NewBudget,
  NewLegalHold,
  NewProject,
  NewWebhook,
  ProjectChange,
  ResolveUnknown,
  WebhookChange,
  WebhookReplay,
  WebhookRotation,
} from './api-types.ts'
import type { OperationInput, OperationReply } from './call.ts'
import { Resource } from './resources.ts'
import type { CallOptions } from './transport.ts'

type Query<
  Name extends 'GET /v2/budgets' | 'GET /v2/legal-holds' | 'GET /v2/unknowns' | 'GET /v2/webhooks' | 'GET /v2/webhooks/{id}/deliveries',
> = NonNullable<OperationInput<Name>['query']>

/** Spaces of teams. A key sees its own; what changes them is for the admin token. */
export class Projects extends Resource {
  list(options?: CallOptions): Promise<OperationReply<'GET /v2/projects'>> {
    return this.darkroom.call('GET /v2/projects', {}, options)
  }

  get(id: string, options?: CallOptions): Promise<OperationReply<'GET /v2/projects/{id}'>> {
    return this.darkroom.call('GET /v2/projects/{id}', { path: { id } }, options)
  }

  create(body: NewProject, options?: CallOptions): Promise<OperationReply<'POST /v2/projects'>> {
    return this.darkroom.call('POST /v2/projects', { body }, options)
  }

  /** What is left out stays; null takes a limit away. */
  change(id: string, body: ProjectChange, options?: CallOptions): Promise<OperationReply<'PATCH /v2/projects/{id}'>> {
    return this.darkroom.call('PATCH /v2/projects/{id}', { path: { id }, body }, options)
  }
}

/** What may be spent. A key reads those of its project; what changes them is for the admin token. */
export class Budgets extends Resource {
  /** Each with what is spent, set aside, held and left; ended ones too. */
  list(query: Query<'GET /v2/budgets'> = {}, options?: CallOptions): Promise<OperationReply<'GET /v2/budgets'>> {
    return this.darkroom.call('GET /v2/budgets', { query }, options)
  }

  create(body: NewBudget, options?: CallOptions): Promise<OperationReply<'POST /v2/budgets'>> {
    return this.darkroom.call('POST /v2/budgets', { body }, options)
  }

  change(id: string, body: BudgetChange, options?: CallOptions): Promise<OperationReply<'PATCH /v2/budgets/{id}'>> {
    return this.darkroom.call('PATCH /v2/budgets/{id}', { path: { id }, body }, options)
  }

  /** It refuses no call any more. */
  end(id: string, options?: CallOptions): Promise<OperationReply<'DELETE /v2/budgets/{id}'>> {
    return this.darkroom.call('DELETE /v2/budgets/{id}', { path: { id } }, options)
  }
}

/** Calls whose outcome nobody knows. */
export class Unknowns extends Resource {
  list(query: Query<'GET /v2/unknowns'> = {}, options?: CallOptions): Promise<OperationReply<'GET /v2/unknowns'>> {
    return this.darkroom.call('GET /v2/unknowns', { query }, options)
  }

  /** Says what became of a call, with evidence. For the admin token. */
  resolve(
    generationId: string,
    body: ResolveUnknown,
    options?: CallOptions,
  ): Promise<OperationReply<'POST /v2/unknowns/{generation_id}/resolve'>> {
    return this.darkroom.call('POST /v2/unknowns/{generation_id}/resolve', { path: { generation_id: generationId }, body }, options)
  }

  /** Decides to make a job again that may have been charged; both may be then. Who said so stands on record. */
  runAgain(
    generationId: string,
    body: OperationInput<'POST /v2/unknowns/{generation_id}/run-again'>['body'],
    options?: CallOptions,
  ): Promise<OperationReply<'POST /v2/unknowns/{generation_id}/run-again'>> {
    return this.darkroom.call('POST /v2/unknowns/{generation_id}/run-again', { path: { generation_id: generationId }, body }, options)
  }
}

/** Receivers of what happens in a project, and what they were told. */
export class Webhooks extends Resource {
  list(query: Query<'GET /v2/webhooks'> = {}, options?: CallOptions): Promise<OperationReply<'GET /v2/webhooks'>> {
    return this.darkroom.call('GET /v2/webhooks', { query }, options)
  }

  /** The secret is shown this once. */
  create(body: NewWebhook, options?: CallOptions): Promise<OperationReply<'POST /v2/webhooks'>> {
    return this.darkroom.call('POST /v2/webhooks', { body }, options)
  }

  change(id: string, body: WebhookChange, options?: CallOptions): Promise<OperationReply<'PATCH /v2/webhooks/{id}'>> {
    return this.darkroom.call('PATCH /v2/webhooks/{id}', { path: { id }, body }, options)
  }

  delete(id: string, options?: CallOptions): Promise<OperationReply<'DELETE /v2/webhooks/{id}'>> {
    return this.darkroom.call('DELETE /v2/webhooks/{id}', { path: { id } }, options)
  }

  /** Another secret, shown this once; both sign for the overlap. */
  rotate(id: string, body: WebhookRotation = {}, options?: CallOptions): Promise<OperationReply<'POST /v2/webhooks/{id}/rotate'>> {
    return this.darkroom.call('POST /v2/webhooks/{id}/rotate', { path: { id }, body }, options)
  }

  /** Sends a message now, once, and says what the receiver answered. */
  test(id: string, options?: CallOptions): Promise<OperationReply<'POST /v2/webhooks/{id}/test'>> {
    return this.darkroom.call('POST /v2/webhooks/{id}/test', { path: { id } }, options)
  }

  /** Sends messages once more: one, or all of a time. */
  replay(id: string, body: WebhookReplay, options?: CallOptions): Promise<OperationReply<'POST /v2/webhooks/{id}/replay'>> {
    return this.darkroom.call('POST /v2/webhooks/{id}/replay', { path: { id }, body }, options)
  }

  /** What a webhook was told, the newest first. */
  deliveries(
    id: string,
    query: Query<'GET /v2/webhooks/{id}/deliveries'> = {},
    options?: CallOptions,
  ): Promise<OperationReply<'GET /v2/webhooks/{id}/deliveries'>> {
    return this.darkroom.call('GET /v2/webhooks/{id}/deliveries', { path: { id }, query }, options)
  }

  /** One message with its attempts. */
  delivery(messageId: string, options?: CallOptions): Promise<OperationReply<'GET /v2/webhooks/deliveries/{message_id}'>> {
    return this.darkroom.call('GET /v2/webhooks/deliveries/{message_id}', { path: { message_id: messageId } }, options)
  }
}

/** What must not be deleted; for the admin token. */
export class LegalHolds extends Resource {
  list(query: Query<'GET /v2/legal-holds'> = {}, options?: CallOptions): Promise<OperationReply<'GET /v2/legal-holds'>> {
    return this.darkroom.call('GET /v2/legal-holds', { query }, options)
  }

  place(body: NewLegalHold, options?: CallOptions): Promise<OperationReply<'POST /v2/legal-holds'>> {
    return this.darkroom.call('POST /v2/legal-holds', { body }, options)
  }

  release(id: string, body: LegalHoldRelease, options?: CallOptions): Promise<OperationReply<'POST /v2/legal-holds/{id}/release'>> {
    return this.darkroom.call('POST /v2/legal-holds/{id}/release', { path: { id }, body }, options)
  }
}
