/** What the guard says of one rule: nothing that counts changed, something did, or it cannot be told. */
export type RuleVerdict = 'kept' | 'changed' | 'unsure'

/**
 * What the guard says of a picture: every rule is kept (`adoptable`), something is for people to decide (`needs_human`), or what had to stay
 * did not (`reject`). None of them publishes or deletes anything by itself.
 */
export type GuardOverall = 'adoptable' | 'needs_human' | 'reject'
