/** Languages of the studio, each by its own name. */
export const languages = { en: 'English', ja: '日本語', 'zh-CN': '简体中文' } as const
export type Language = keyof typeof languages

const KEPT_AS = 'darkroom.language'

/** The one that was chosen here before, else the first that the browser asks for and the studio speaks. */
export function preferredLanguage(): Language {
  const wished = [localStorage.getItem(KEPT_AS), ...navigator.languages].filter((tag) => tag !== null)
  return wished.map(spoken).find((language) => language !== null) ?? 'en'
}

/** Remembers a choice. */
export function keepLanguage(language: Language): void {
  localStorage.setItem(KEPT_AS, language)
}

/** Traditional Chinese is answered in simplified: nearer than English. */
function spoken(tag: string): Language | null {
  const [language] = tag.toLowerCase().split('-')
  if (language === 'zh') return 'zh-CN'
  return language === 'ja' || language === 'en' ? language : null
}
