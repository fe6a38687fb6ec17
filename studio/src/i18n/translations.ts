import i18next, { type BackendModule } from 'i18next'
import { initReactI18next } from 'react-i18next'
import { keepLanguage, type Language, preferredLanguage } from './languages.ts'

/** One file for each part of the studio and language: `screens/make/locales/ja.json` is namespace `make`. */
const files = import.meta.glob<Record<string, unknown>>('../**/locales/*.json', { import: 'default' })
const byName = new Map(
  Object.entries(files).map(([path, load]) => {
    const [, namespace, language] = /([^/]+)\/locales\/([^/]+)\.json$/.exec(path)!
    return [`${language}/${namespace}`, load]
  }),
)

const backend: BackendModule = {
  type: 'backend',
  init: () => undefined,
  async read(language, namespace) {
    const load = byName.get(`${language}/${namespace}`)
    if (load === undefined) throw new Error(`no texts of ${namespace} in ${language}`)
    return load() as Promise<Record<string, string>>
  },
}

/** Loads the texts of the frame; those of a screen come with the screen. */
export async function startTranslations(): Promise<void> {
  i18next.on('languageChanged', (language) => document.documentElement.setAttribute('lang', language))
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: preferredLanguage(),
      // Every language has every text (a test sees to it), so that none needs a second one loaded beside it.
      fallbackLng: false,
      load: 'currentOnly',
      ns: ['shell', 'ui'],
      defaultNS: 'shell',
      interpolation: { escapeValue: false },
    })
}

/** Has the texts of a screen ready before it is shown: for the `loader` of its route. */
export async function loadTexts(namespace: string): Promise<void> {
  await i18next.loadNamespaces(namespace)
}

/** Changes the language of everything that is shown, without losing what was typed. */
export async function chooseLanguage(language: Language): Promise<void> {
  keepLanguage(language)
  await i18next.changeLanguage(language)
}
