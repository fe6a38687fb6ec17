import type { Review, ReviewDecisionRequest, ReviewDecisions, ReviewEdit, Reviewer, WithReason } from './api-types.ts'
import type { OperationInput, OperationOptions, OperationReply } from './call.ts'
import { Resource } from './resources.ts'
import type { CallOptions } from './transport.ts'

type Query<Name extends 'GET /v2/reviews' | 'GET /v2/reviews/export'> = NonNullable<OperationInput<Name>['query']>

/** Pictures that people decide about. With the admin token each call says who it is (`reviewer`); a key decides under its own name. */
export class Reviews extends Resource {
  /** The queue, the longest waiting first. */
  list(query: Query<'GET /v2/reviews'> = {}, options?: CallOptions): Promise<OperationReply<'GET /v2/reviews'>> {
    return this.darkroom.call('GET /v2/reviews', { query }, options)
  }

  get(id: string, options?: CallOptions): Promise<Review> {
    return this.darkroom.call('GET /v2/reviews/{id}', { path: { id } }, options)
  }

  /** The picture as it is. That you opened it at full size is on record: a text is approved by whoever has. */
  image(id: string, query: Reviewer = {}, options?: CallOptions): Promise<Blob> {
    return this.darkroom.call('GET /v2/reviews/{id}/image', { path: { id }, query }, options)
  }

  /** Nobody else works on it for as long as the project says. */
  claim(id: string, body: Reviewer = {}, options?: CallOptions): Promise<Review> {
    return this.darkroom.call('POST /v2/reviews/{id}/claim', { path: { id }, body }, options)
  }

  release(id: string, body: Reviewer = {}, options?: CallOptions): Promise<Review> {
    return this.darkroom.call('POST /v2/reviews/{id}/release', { path: { id }, body }, options)
  }

  /** Approves, rejects or asks for one change, for good. */
  decide(id: string, body: ReviewDecisionRequest, options?: CallOptions): Promise<OperationReply<'POST /v2/reviews/{id}/decision'>> {
    return this.darkroom.call('POST /v2/reviews/{id}/decision', { path: { id }, body }, options)
  }

  /** Up to a hundred decisions, each as if it came alone. */
  decideAll(body: ReviewDecisions, options?: CallOptions): Promise<OperationReply<'POST /v2/reviews/decisions'>> {
    return this.darkroom.call('POST /v2/reviews/decisions', { body }, options)
  }

  /** Makes the edit that a review leads to, as a job. Costs what an edit costs. */
  edit(id: string, body: ReviewEdit = {}, options?: OperationOptions): Promise<OperationReply<'POST /v2/reviews/{id}/edit'>> {
    return this.darkroom.call('POST /v2/reviews/{id}/edit', { path: { id }, body }, options)
  }

  /** Takes an approval back; what was public by it is so no more. */
  revoke(id: string, body: WithReason, options?: CallOptions): Promise<Review> {
    return this.darkroom.call('POST /v2/reviews/{id}/revoke', { path: { id }, body }, options)
  }

  /** Every review and decision of a time. */
  async export(query: Omit<Query<'GET /v2/reviews/export'>, 'format'> = {}, options?: CallOptions): Promise<{ reviews: Review[] }> {
    const read: unknown = await this.darkroom.call('GET /v2/reviews/export', { query: { ...query, format: 'json' } }, options)
    return read as { reviews: Review[] }
  }

  /** The same as a table. */
  exportCsv(query: Omit<Query<'GET /v2/reviews/export'>, 'format'> = {}, options?: CallOptions): Promise<string> {
    return this.darkroom.call('GET /v2/reviews/export', { query: { ...query, format: 'csv' } }, options)
  }

  /** Gives a picture a public address; where the project wants it, once it is approved. */
  publish(imageId: string, body: Reviewer = {}, options?: CallOptions): Promise<OperationReply<'POST /v2/images/{id}/publish'>> {
    return this.darkroom.call('POST /v2/images/{id}/publish', { path: { id: imageId }, body }, options)
  }

  /** Ends its public address, for good. */
  unpublish(imageId: string, body: WithReason, options?: CallOptions): Promise<OperationReply<'POST /v2/images/{id}/unpublish'>> {
    return this.darkroom.call('POST /v2/images/{id}/unpublish', { path: { id: imageId }, body }, options)
  }
}
