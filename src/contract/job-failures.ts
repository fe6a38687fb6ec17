import type { FailureRow } from './failure.ts'

const refused = { status: 400, type: 'invalid_request_error', outcome: 'not_charged', nextAction: 'stop', shouldRetry: false } as const

/** What can be said of jobs. None of these costs money. */
export const jobFailures = {
  invalid_deadline: {
    ...refused,
    message: 'The deadline or the start of the job cannot be used. Nothing was sent or charged; give times that lie ahead, within 60 days.',
  },
  queue_full: {
    ...refused,
    status: 429,
    type: 'rate_limit_error',
    nextAction: 'retry',
    shouldRetry: true,
    message:
      'As many jobs of this project wait as may wait. Nothing was queued or charged; send it again after the time in Retry-After, or as a bulk.',
  },
  job_cancelled: {
    ...refused,
    status: 409,
    nextAction: 'none',
    message: 'The job was cancelled before its call was made. Nothing was sent or charged; POST /v2/jobs/{id}/retry makes it after all.',
  },
  job_deadline_passed: {
    ...refused,
    status: 408,
    nextAction: 'retry',
    message:
      'The deadline of the job passed before its call could be made. Nothing was charged; POST /v2/jobs/{id}/retry with a later deadline makes it after all.',
  },
  batch_not_made: {
    ...refused,
    status: 408,
    nextAction: 'retry',
    message:
      'The batch of this job ended without making it, and its deadline has passed. Nothing was charged; POST /v2/jobs/{id}/retry with a later deadline makes it after all.',
  },
  job_already_ended: {
    ...refused,
    status: 409,
    nextAction: 'none',
    message: 'The job has ended, so nothing was cancelled. Its result and what it cost stand as they are.',
  },
  job_not_retryable: {
    ...refused,
    status: 409,
    nextAction: 'none',
    message:
      'Only a job that failed, was cancelled or has an unknown outcome can be made again. Nothing was sent or charged; submit a new job for another picture.',
  },
  order_expired: {
    ...refused,
    status: 410,
    message: 'What the job was to make is not kept any more, so it cannot be made. Nothing was sent or charged; submit it anew.',
  },
  address_not_valid: {
    ...refused,
    status: 403,
    nextAction: 'none',
    message: 'This address of a picture has run out, or was changed. Nothing was charged; GET the job again for a new one.',
  },
  invalid_bulk: {
    ...refused,
    message: 'The bulk cannot be read, or some of its items cannot be used. Nothing was queued or charged; correct it and send it again.',
  },
  both_spellings: {
    ...refused,
    message: 'The body names one setting in two spellings, so its meaning is not clear. Nothing was sent or charged; use one of them.',
  },
} as const satisfies Record<string, FailureRow>
