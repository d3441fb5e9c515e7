// Asks a Python for the torch package it would import.
import { spawnSync } from 'node:child_process'
import { torchIn } from './torch-folder.mjs'

// torch is imported only when it is pip's own: Debian's takes seconds and answers with folders that do not exist
const question = `
import importlib.util, json, os
spec = importlib.util.find_spec("torch")
if spec is None:
    print(json.dumps({"none": True}))
elif "/dist-packages/" in spec.origin and spec.origin.startswith("/usr/lib/"):
    print(json.dumps({"debian": True}))
else:
    import torch
    print(json.dumps({
        "prefix": os.path.dirname(torch.__file__),
        "version": torch.__version__,
        "abi": bool(torch._C._GLIBCXX_USE_CXX11_ABI),
        "cuda": torch.version.cuda,
    }))
`

/** libtorch of the torch that this Python imports, or a clause that says why there is none. */
export function torchOfPython(python) {
  const run = spawnSync(python, ['-c', question], { encoding: 'utf8', timeout: 60_000 })
  if (run.error) return 'not there'
  const answer = answerIn(run.stdout)
  if (!answer) return `cannot import torch: ${run.stderr.trim().split('\n').at(-1) || 'no answer'}`
  if (answer.none) return 'has no torch'
  if (answer.debian) return "has Debian's python3-torch, which uses the system's libtorch"
  const found = torchIn(answer.prefix)
  if (typeof found === 'string') return `${answer.prefix}: ${found}`
  return { ...found, version: answer.version, cxx11Abi: answer.abi, cuda: found.cuda && answer.cuda !== null }
}

function answerIn(text) {
  try {
    return JSON.parse(text.trim().split('\n').at(-1))
  } catch {
    return undefined
  }
}
