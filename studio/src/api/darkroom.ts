import { createDarkroom } from '#sdk'

/** The gateway that serves this page, by the session of the browser. */
export const darkroom = createDarkroom({ baseUrl: location.origin, session: true })
