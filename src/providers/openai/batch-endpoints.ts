import type { BatchOperation } from '../batch-calls.ts'

/** What the lines of a batch ask, whatever stands before it in the base URL: upstream compares the texts. */
export const batchEndpoints: Record<BatchOperation, string> = { generate: '/v1/images/generations', edit: '/v1/images/edits' }
