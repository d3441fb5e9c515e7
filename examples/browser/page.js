// The page: takes a folder, shows how it goes, and what is alike. worker.js does the work.
const SHOWN = 300
const NEIGHBOURS = 24
const PICTURES = /\.(?:jpe?g|jfif|png|webp|gif|avif|bmp)$/i

const part = (id) => document.getElementById(id)
const worker = new Worker(new URL('./worker.js', import.meta.url), { type: 'module' })
const waiting = new Map()
let questions = 0

/** Asks the worker. */
function ask(what, question = {}) {
  return new Promise((resolve, reject) => {
    waiting.set(questions, { resolve, reject })
    worker.postMessage({ id: questions++, what, ...question })
  })
}
worker.addEventListener('message', ({ data: { id, answer, fault, progress } }) => {
  if (progress) return showProgress(progress)
  const asker = waiting.get(id)
  waiting.delete(id)
  if (fault === undefined) asker.resolve(answer)
  else asker.reject(new Error(fault))
})
worker.addEventListener('error', ({ message }) =>
  showFault(new Error(message || 'the worker could not start')),
)

/** The pictures of the folder, `row` of the vectors or -1, `url` of what is shown. */
let pictures = []
let byRow = []
let since = 0

async function begin(files) {
  const found = files.filter(({ name }) => PICTURES.test(name))
  part('fault').hidden = true
  if (found.length === 0)
    return showFault(
      new Error(`none of the ${files.length} files is a JPEG, PNG, WebP, GIF, AVIF or BMP picture`),
    )
  for (const { url } of pictures) if (url) URL.revokeObjectURL(url)
  for (const id of ['alike', 'all', 'unread']) part(id).hidden = true
  part('drop').classList.add('small')
  part('work').hidden = false
  part('stop').hidden = false
  part('choose').disabled = true
  since = performance.now()
  showProgress({ done: 0, total: found.length })
  try {
    const { rows, unread } = await ask('embed', { files: found })
    pictures = found.map((file, i) => ({ file, row: rows[i], name: file.webkitRelativePath || file.name }))
    pictures = pictures.filter(({ row }) => row >= 0)
    byRow = []
    for (const picture of pictures) byRow[picture.row] = picture
    showUnread(unread)
    const seconds = (performance.now() - since) / 1000
    part('told').textContent = `${count(pictures.length)} in ${duration(seconds)}.`
    part('bar').value = pictures.length + unread.length === found.length ? 1 : pictures.length / found.length
    part('pictures').replaceChildren()
    part('all').hidden = pictures.length === 0
    showMore()
    part('pictures').querySelector('button')?.focus({ preventScroll: true })
  } catch (error) {
    showFault(error)
  }
  part('stop').hidden = true
  part('choose').disabled = false
}

function showProgress({ done, total }) {
  part('bar').value = done / total
  const seconds = (performance.now() - since) / 1000
  const left = done > 0 ? `, about ${duration((seconds / done) * (total - done))} left` : ''
  part('told').textContent = `${done.toLocaleString()} of ${count(total)}${done < total ? left : ''}`
}

function showUnread(unread) {
  part('unread').hidden = unread.length === 0
  part('unread').querySelector('summary').textContent = `${count(unread.length)} could not be read`
  part('unread')
    .querySelector('ul')
    .replaceChildren(
      ...unread.slice(0, 100).map(({ name, reason }) => {
        const line = document.createElement('li')
        line.textContent = `${name}: ${reason}`
        return line
      }),
    )
}

function showMore() {
  const grid = part('pictures')
  const from = grid.childElementCount
  grid.append(...pictures.slice(from, from + SHOWN).map((picture) => tile(picture)))
  for (const [i, one] of [...grid.children].entries()) one.tabIndex = i === 0 ? 0 : -1
  part('more').hidden = grid.childElementCount >= pictures.length
}

/** A button with a picture; it asks what is alike. */
function tile(picture, score) {
  const button = document.createElement('button')
  button.type = 'button'
  button.className = 'tile'
  button.title = picture.name
  const image = document.createElement('img')
  image.alt = picture.name
  image.loading = 'lazy'
  image.decoding = 'async'
  void thumbnail(picture).then((url) => {
    image.src = url
  })
  button.append(image)
  if (score !== undefined) {
    const shown = document.createElement('span')
    shown.className = 'score'
    shown.textContent = score.toFixed(3)
    button.append(shown)
    image.alt = `${picture.name}, alike by ${score.toFixed(3)}`
  }
  button.addEventListener('click', () => showAlike(picture, button))
  return button
}

async function thumbnail(picture) {
  picture.url ??= ask('thumbnail', { file: picture.file }).then((blob) => URL.createObjectURL(blob))
  picture.url = await picture.url
  return picture.url
}

async function showAlike(picture, button) {
  try {
    const found = await ask('nearest', { row: picture.row, k: NEIGHBOURS })
    for (const one of document.querySelectorAll('.tile[aria-current]')) one.removeAttribute('aria-current')
    button.setAttribute('aria-current', 'true')
    const image = document.createElement('img')
    image.alt = ''
    image.src = await thumbnail(picture)
    const caption = document.createElement('figcaption')
    caption.textContent = picture.name
    part('asked').replaceChildren(image, caption)
    part('found').replaceChildren(...found.map(({ row, score }) => tile(byRow[row], score)))
    for (const [i, one] of [...part('found').children].entries()) one.tabIndex = i === 0 ? 0 : -1
    part('alike').hidden = false
    part('alike').scrollIntoView({ block: 'nearest' })
    // whoever came from among the found goes on there
    if (!button.isConnected) part('found').firstElementChild?.focus({ preventScroll: true })
  } catch (error) {
    showFault(error)
  }
}

/** Arrow keys go from picture to picture, Home and End to the first and last. */
for (const grid of document.querySelectorAll('.grid')) {
  grid.addEventListener('keydown', (event) => {
    const tiles = [...grid.children]
    const at = tiles.indexOf(document.activeElement)
    if (at < 0) return
    const columns = getComputedStyle(grid).gridTemplateColumns.split(' ').length
    const steps = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }
    const to = { Home: 0, End: tiles.length - 1 }[event.key] ?? at + (steps[event.key] ?? 0)
    if (to === at || !tiles[to]) return
    event.preventDefault()
    tiles[at].tabIndex = -1
    tiles[to].tabIndex = 0
    tiles[to].focus()
  })
}

function showFault(error) {
  part('fault').textContent = error.message
  part('fault').hidden = false
}

function count(pictures) {
  return `${pictures.toLocaleString()} ${pictures === 1 ? 'picture' : 'pictures'}`
}

function duration(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`
  return `${Math.round(seconds / 60)} min`
}

/** All files of what was dropped; folders are walked. */
async function dropped(items) {
  const files = []
  const walk = async (entry) => {
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject))
      // browsers leave it empty for what was dropped
      Object.defineProperty(file, 'webkitRelativePath', { value: entry.fullPath.slice(1) })
      files.push(file)
      return
    }
    const reader = entry.createReader()
    while (true) {
      // a hundred at a time
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject))
      if (some.length === 0) return
      for (const one of some) await walk(one)
    }
  }
  // asked for at once: they are gone after the first wait
  const entries = [...items].map((item) => item.webkitGetAsEntry()).filter(Boolean)
  for (const entry of entries) await walk(entry)
  return files
}

const drop = document.body
drop.addEventListener('dragover', (event) => {
  event.preventDefault()
  part('drop').classList.add('over')
})
drop.addEventListener('dragleave', () => part('drop').classList.remove('over'))
drop.addEventListener('drop', async (event) => {
  event.preventDefault()
  part('drop').classList.remove('over')
  await take(await dropped(event.dataTransfer.items))
})
part('choose').addEventListener('click', () => part('folder').click())
part('folder').addEventListener('change', () => take([...part('folder').files]))
part('stop').addEventListener('click', () => ask('stop'))
part('more').addEventListener('click', showMore)

/** A folder with a model in it is one; any other is one of pictures. */
async function take(files) {
  if (files.some(({ name }) => name.endsWith('.onnx'))) return await loadModel(files)
  if (part('choose').dataset.ready !== 'true')
    return showFault(new Error('there is no model yet: drop a folder that selfsame export wrote'))
  await begin(files)
}

async function loadModel(files) {
  try {
    const { name, dimension, engine } = await ask('model', { files })
    part('model').textContent =
      `Model '${name.replace(/^.*\/(?=[^/]+\/?$)/, '').replace('/', '')}': vectors of ${dimension} numbers, by ${engine}.`
    part('choose').dataset.ready = 'true'
    part('fault').hidden = true
  } catch (error) {
    part('model').textContent = 'No model yet: drop a folder that selfsame export wrote.'
    if (files) showFault(error)
  }
}
await loadModel()
