/** How a walk or a step stands, in colour; a word says it too. */
export const stateTones = {
  planned: 'plain',
  pending: 'plain',
  running: 'accent',
  waiting: 'warn',
  passed: 'good',
  failed: 'bad',
  interrupted: 'bad',
} as const
