import './tokens.css'
import './base.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from './api/query-client.ts'
import { startTranslations } from './i18n/translations.ts'
import { router } from './shell/router.ts'
import { startTheme } from './shell/theme.ts'
import { ToastProvider } from './ui/toast.tsx'

startTheme()
await startTranslations()
createRoot(document.getElementById('studio')!).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <ToastProvider>
        <RouterProvider router={router} />
      </ToastProvider>
    </QueryClientProvider>
  </StrictMode>,
)
