// The quick checks, all at once: format and lint, types with the tests, import arrows, size.
import { inRoot, root } from './lib/paths.mjs'
import { attempt } from './lib/step.mjs'

const bin = (name) => inRoot('node_modules/.bin', name)

const parts = {
  'format and lint': [bin('biome'), 'check', '--error-on-warnings', '.'],
  types: [bin('tsc'), '-p', 'tsconfig.test.json'],
  'import arrows': [
    bin('depcruise'),
    'src',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'err-long',
  ],
  size: [process.execPath, inRoot('scripts/size.mjs')],
}

const results = await Promise.all(
  Object.entries(parts).map(async ([name, [program, ...args]]) => ({
    name,
    ...(await attempt(program, args, { cwd: root })),
  })),
)
for (const { name, code, output } of results) {
  if (code !== 0 || name === 'size') console.log(`${output.trim()}\n`)
}
const failed = results.filter(({ code }) => code !== 0).map(({ name }) => name)
if (failed.length === 0) {
  console.log(`Checked: ${results.map(({ name }) => name).join(', ')}.`)
} else {
  console.error(
    `Not in order: ${failed.join(', ')}; what is wrong stands above. \`npm run format\` mends what it can.`,
  )
  console.log(`${results.length - failed.length} passed, ${failed.length} failed`)
  process.exitCode = 1
}
