import { type Failure, failure } from '../../../contract/failure.ts'

/** What is said of an item that builds on pictures which were not made. */
export function brokenSeries(): Failure {
  return failure('job_cancelled', {
    message:
      'The first pictures of the set could not be made, so those that build on them were not asked for. Nothing was sent or charged.',
  })
}
