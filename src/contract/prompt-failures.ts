import type { FailureRow } from './failure.ts'

const refused = { status: 400, type: 'invalid_request_error', outcome: 'not_charged', nextAction: 'stop', shouldRetry: false } as const
const conflict = { ...refused, status: 409, nextAction: 'human' } as const

/** What can be refused about stored prompts. None of it costs money. */
export const promptFailures = {
  missing_prompt_variable: {
    ...refused,
    message: 'The stored prompt has a variable that got no value. Nothing was sent or charged; give it one, or the document a default.',
  },
  unknown_prompt_variable: {
    ...refused,
    message: 'The stored prompt has no such variable. Nothing was sent or charged; correct its name, or declare it in a new version.',
  },
  prompt_version_conflict: {
    ...conflict,
    message:
      'The prompt has another version by now than the one that If-Match names. Nothing was kept or charged; read the newest, put your change into it and send it again.',
  },
  prompt_archived: {
    ...conflict,
    message: 'This prompt is archived and takes part in nothing new. Nothing was sent or charged; restore it, or name another.',
  },
} as const satisfies Record<string, FailureRow>
