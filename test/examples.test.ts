/** The TypeScript in README and docs is what a reader can run: it passes the compiler, and the README's does what it says. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test } from 'vitest'
import { drawPictures } from './support/pictures.js'

const root = fileURLToPath(new URL('..', import.meta.url))
// within the package, so that its own name finds it
const folder = join(root, '.cache/examples')
const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)].filter((name) =>
  name.endsWith('.md'),
)
const blocks = pages.flatMap((page) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```ts\n(.*?)^```/gms)].map(([, text], i) => ({
    name: `${page.replace(/\W+/g, '-')}-${i}`,
    text: text as string,
  })),
)

beforeAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  for (const { name, text } of blocks) writeFileSync(join(folder, `${name}.ts`), text)
  const compilerOptions = {
    ...{ module: 'nodenext', target: 'es2022', strict: true, skipLibCheck: true, moduleDetection: 'force' },
    ...{ lib: ['es2023', 'esnext.disposable', 'dom'], types: ['node'], outDir: 'made', rootDir: '.' },
  }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }))
  await drawPictures(join(folder, 'my-pictures'), 24, true)
  await drawPictures(join(folder, 'new-pictures'), 8)
})

test('all of them pass the compiler', () => {
  expect(blocks.map(({ name }) => name)).toContain('README-md-0')
  const compile = () =>
    execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8', stdio: 'pipe' })
  expect(compile).not.toThrow()
})

test('that of the README trains, judges and embeds', () => {
  const run = spawnSync(process.execPath, ['made/README-md-0.js'], { cwd: folder, encoding: 'utf8' })
  expect(run.stderr).toBe('')
  expect(run.stdout).toMatch(/^1 \d+\.\d+\n2 /)
  expect(run.stdout).toMatch(/(Healthy|Narrowing|Collapsed): /)
  for (const name of ['knn', 'linear', 'learned', 'pixels', 'untrained']) expect(run.stdout).toContain(name)
})
