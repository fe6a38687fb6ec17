/** What an upstream told by webhook: that something it keeps may have changed. What became of it is asked for, never believed. */
export type ProviderEvent = { about: 'response'; responseId: string } | { about: 'batch'; batchId: string }
