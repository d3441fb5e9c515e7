// Imports go one way. A row says what a folder of src/ may import besides itself, packages and the small files of src/ that
// are listed below it; type-only imports count as well. Tests may import anything.
const arrows = {
  torch: [],
  run: [],
  nn: ['torch'],
  images: ['torch'],
  encode: ['nn', 'images', 'torch'],
  learn: ['encode', 'nn', 'images', 'torch'],
  judge: ['encode', 'images', 'nn', 'torch'],
  trainer: ['learn', 'judge', 'run', 'encode', 'nn', 'images', 'torch', 'index'],
  evaluate: ['trainer', 'report', 'learn', 'judge', 'run', 'encode', 'nn', 'images', 'torch'],
  // the door of TypeScript, as cli is that of a terminal
  library: [
    'use',
    'export',
    'evaluate',
    'trainer',
    'judge',
    'learn',
    'run',
    'encode',
    'nn',
    'images',
    'torch',
  ],
  // without libtorch: what it needs of images holds no tensor
  use: ['images'],
  // a live encoder to files that need none
  export: ['use', 'trainer', 'judge', 'learn', 'encode', 'nn', 'images', 'torch', 'run'],
  report: ['run', 'images', 'judge'],
  lab: ['trainer', 'encode', 'judge', 'learn', 'images', 'nn', 'torch', 'run', 'report'],
  bench: ['trainer', 'encode', 'learn', 'judge', 'images', 'nn', 'torch', 'run'],
  doctor: ['trainer', 'images', 'torch'],
  // a config file imports all of 'selfsame', and cli hands it over
  cli: [
    'trainer',
    'evaluate',
    'encode',
    'index',
    'torch',
    'run',
    'nn',
    'images',
    'learn',
    'judge',
    'library',
    'use',
    'export',
    'doctor',
    'report',
    'lab',
    'bench',
  ],
}

const everywhere =
  '^src/(errors|cores|durable|duration|finishing|html|lock|make-folder|printable|sentence|setting|shell|version|write-error)[.]ts$'
const tests = '[.]test[.]ts$'
const folders = Object.keys(arrows)

const rules = folders.map((folder) => ({
  name: `${folder} imports only ${arrows[folder].join(', ') || 'itself'}`,
  severity: 'error',
  from: { path: `^src/${folder}/`, pathNot: tests },
  to: {
    path: '^src/',
    pathNot: [folder, ...arrows[folder]].map(inside).concat(everywhere),
  },
}))

const innards = {
  name: 'cli imports of learn and judge only their index.ts',
  severity: 'error',
  from: { path: '^src/cli/', pathNot: tests },
  to: { path: '^src/(learn|judge)/', pathNot: '^src/(learn|judge)/index[.]ts$' },
}

const newFolder = {
  name: 'every folder of src/ has a row in .dependency-cruiser.cjs',
  severity: 'error',
  from: { path: '^src/[^/]+/', pathNot: folders.map(inside) },
  to: {},
}

function inside(folder) {
  return `^src/${folder}(/|[.]ts$)`
}

// swc's visitor, which dependency-cruiser walks with, does not know `using` yet
const { Visitor } = require('@swc/core/Visitor.js')
const visitStatement = Visitor.prototype.visitStatement
Visitor.prototype.visitStatement = function (statement) {
  if (statement.type !== 'UsingDeclaration') return visitStatement.call(this, statement)
  this.visitVariableDeclarators(statement.decls)
  return statement
}

module.exports = {
  forbidden: [...rules, innards, newFolder],
  // TypeScript 7 has no compiler API for other tools, so swc reads the sources
  options: { parser: 'swc', doNotFollow: { path: 'node_modules' } },
}
