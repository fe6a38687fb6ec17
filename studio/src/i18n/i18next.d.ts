import type edit from '../screens/edit/locales/en.json'
import type jobs from '../screens/jobs/locales/en.json'
import type library from '../screens/library/locales/en.json'
import type make from '../screens/make/locales/en.json'
import type money from '../screens/money/locales/en.json'
import type review from '../screens/review/locales/en.json'
import type routes from '../screens/routes/locales/en.json'
import type settings from '../screens/settings/locales/en.json'
import type shell from '../shell/locales/en.json'
import type ui from '../ui/locales/en.json'

// A text that is not there is an error of the compiler.
declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'shell'
    resources: {
      shell: typeof shell
      ui: typeof ui
      make: typeof make
      edit: typeof edit
      jobs: typeof jobs
      library: typeof library
      review: typeof review
      money: typeof money
      routes: typeof routes
      settings: typeof settings
    }
  }
}
