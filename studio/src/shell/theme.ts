/** As the system says, or as somebody chose here. */
export type Theme = 'system' | 'light' | 'dark'
export const themes: readonly Theme[] = ['system', 'light', 'dark']

const KEPT_AS = 'darkroom.theme'

/** Shows the page in the theme that was chosen here before. */
export function startTheme(): void {
  show(chosenTheme())
}

export function chosenTheme(): Theme {
  const kept = localStorage.getItem(KEPT_AS)
  return themes.find((theme) => theme === kept) ?? 'system'
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(KEPT_AS, theme)
  show(theme)
}

function show(theme: Theme): void {
  if (theme === 'system') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}
