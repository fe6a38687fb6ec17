/** What there is to set, in the order of its tabs. */
export const settingsTabs = ['projects', 'keys', 'budgets', 'webhooks', 'review', 'retention', 'language', 'members'] as const

/** One of `settingsTabs`. */
export type SettingsTab = (typeof settingsTabs)[number]
