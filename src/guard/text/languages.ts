import { createRequire } from 'node:module'

/** The engine, and the data of a language, are packages of their own that an installation may leave out. */
export const ENGINE_PACKAGE = 'tesseract.js-core'
const DATA_SCOPE = '@tesseract.js-data'

/** Names that people give languages, and what the data are called. Others are taken as they are. */
const dataNames: Readonly<Record<string, string>> = {
  en: 'eng',
  ja: 'jpn',
  zh: 'chi_sim',
  'zh-cn': 'chi_sim',
  'zh-sg': 'chi_sim',
  'zh-hans': 'chi_sim',
  'zh-tw': 'chi_tra',
  'zh-hk': 'chi_tra',
  'zh-hant': 'chi_tra',
  ko: 'kor',
  de: 'deu',
  fr: 'fra',
  es: 'spa',
  it: 'ita',
  pt: 'por',
  nl: 'nld',
  pl: 'pol',
  ru: 'rus',
  uk: 'ukr',
  tr: 'tur',
  vi: 'vie',
  th: 'tha',
  ar: 'ara',
  he: 'heb',
  hi: 'hin',
  id: 'ind',
  sv: 'swe',
  da: 'dan',
  fi: 'fin',
  nb: 'nor',
  no: 'nor',
  cs: 'ces',
  el: 'ell',
  hu: 'hun',
  ro: 'ron',
}

/** Only such names may become part of a path. */
const wellFormed = /^[a-z]{3}(_[a-z]{2,8}){0,2}$/

const require = createRequire(import.meta.url)

/** The name of a language's data: `en-GB` is `eng`; null where it can be none. */
export function dataNameOf(language: string): string | null {
  const tag = language.trim().toLowerCase()
  const name = dataNames[tag] ?? dataNames[tag.replaceAll('_', '-')] ?? dataNames[tag.split(/[-_]/)[0]!] ?? tag
  return wellFormed.test(name) ? name : null
}

/** The package in which the data of a language come. */
export const dataPackageOf = (dataName: string): string => `${DATA_SCOPE}/${dataName}`

/** Where the engine lies; null where it is not installed. Ending `.js`, to be loaded by `require`. */
export const findEngine = (): string | null => find(`${ENGINE_PACKAGE}/tesseract-core-simd-lstm.js`)

/** Where the data of a language lie, gzipped; null where they are not installed. The small ones: integers made of the best ones. */
export function findLanguageData(dataName: string): string | null {
  return find(`${dataPackageOf(dataName)}/4.0.0_best_int/${dataName}.traineddata.gz`)
}

function find(path: string): string | null {
  try {
    return require.resolve(path)
  } catch {
    return null
  }
}
