import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { Outlet } from '@tanstack/react-router'
import { useMemo } from 'react'
import { useTranslation } from 'react-i18next'
import { darkroom } from '../../api/darkroom.ts'
import { useSession } from '../../api/session.ts'
import { Page } from '../../shell/page.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Loaded } from '../../ui/loaded.tsx'
import styles from './library.module.css'
import { filterNames, libraryRouteApi, pictureQuery } from './library-search.ts'
import { PictureFilters } from './picture-filters.tsx'
import { PictureGrid } from './picture-grid.tsx'
import { picturesQuery } from './pictures-query.ts'

/** Every picture that is kept, found and looked at. */
export function LibraryScreen() {
  const { t } = useTranslation('library')
  const search = libraryRouteApi.useSearch()
  const navigate = libraryRouteApi.useNavigate()
  const { project } = useSession()
  // The filters alone: which record lies over the pictures changes nothing of them.
  const asked = JSON.stringify(pictureQuery(search, project.id))
  const query = useMemo(() => JSON.parse(asked) as ReturnType<typeof pictureQuery>, [asked])
  const pictures = useInfiniteQuery(picturesQuery(query))
  const found = useMemo(() => pictures.data?.pages.flatMap(({ images }) => images) ?? [], [pictures.data])
  const isFiltered = filterNames.some((name) => search[name] !== undefined)
  return (
    <Page
      title={t('title')}
      lead={t('lead')}
      actions={<NewPictures newest={found[0]?.created_at} onShow={() => void pictures.refetch()} />}
    >
      <PictureFilters />
      <Loaded query={pictures}>
        {() =>
          found.length === 0 && !pictures.hasNextPage ? (
            <EmptyState
              title={t(isFiltered ? 'none_found' : 'none')}
              action={isFiltered && <Button onClick={() => void navigate({ search: {} })}>{t('filters.clear')}</Button>}
            >
              {t(isFiltered ? 'none_found_hint' : 'none_hint')}
            </EmptyState>
          ) : (
            <>
              <PictureGrid
                key={asked}
                pictures={found}
                hasMore={pictures.hasNextPage}
                isFetching={pictures.isFetchingNextPage}
                fetchMore={() => void pictures.fetchNextPage()}
              />
              <p className={styles['count']} role="status">
                {t(pictures.hasNextPage ? 'count_so_far' : 'count', { count: found.length })}
              </p>
            </>
          )
        }
      </Loaded>
      <Outlet />
    </Page>
  )
}

const LOOK_MS = 15_000

/** Says that newer pictures are there; what somebody looks at does not move by itself. */
function NewPictures({ newest, onShow }: { newest: string | undefined; onShow: () => void }) {
  const { t } = useTranslation('library')
  const head = useQuery({
    queryKey: ['library', 'newest'],
    queryFn: ({ signal }) => darkroom.images.search({ limit: 1 }, { signal }),
    refetchInterval: LOOK_MS,
  })
  const latest = head.data?.images[0]?.created_at
  const isNewer = newest !== undefined && latest !== undefined && latest > newest
  if (!isNewer) return null
  return (
    <Button
      onClick={() => {
        onShow()
        window.scrollTo({ top: 0 })
      }}
    >
      {t('newer')}
    </Button>
  )
}
