const NAME = 'shapewise-studio'
const STORE = 'kept'

/** Where the browser keeps things between visits; private windows may refuse. */
function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

async function use<Result>(
  mode: IDBTransactionMode,
  act: (store: IDBObjectStore) => IDBRequest<Result>,
): Promise<Result> {
  const database = await open()
  return new Promise((resolve, reject) => {
    const request = act(database.transaction(STORE, mode).objectStore(STORE))
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
}

/** What has been kept under a name; undefined if nothing has, or nothing can be. */
export async function kept<Value>(name: string): Promise<Value | undefined> {
  try {
    return (await use('readonly', (store) => store.get(name))) as Value | undefined
  } catch {
    return undefined
  }
}

/** Keeps a value under a name, where that is allowed. */
export async function keep(name: string, value: unknown): Promise<void> {
  try {
    await use('readwrite', (store) => store.put(value, name))
  } catch {}
}
