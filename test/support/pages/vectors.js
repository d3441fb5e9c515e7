// In the browser: vectors of pictures by our own module, and by transformers.js.
export async function ours(names) {
  const ort = await import('/ort/ort.wasm.min.mjs')
  const { decodePicture, openModel } = await import('/selfsame.js')
  ort.env.wasm.wasmPaths = '/ort/'
  ort.env.wasm.numThreads = 1
  const model = await openModel(ort, '/models/mine')
  const vectors = []
  for (const name of names) {
    const blob = await (await fetch(`/pictures/${name}`)).blob()
    const picture = await decodePicture(blob, model.preprocessing, name)
    vectors.push(Array.from(await model.encode([picture])))
  }
  return { id: model.id, vectors }
}

export async function transformers(names) {
  const { env, pipeline } = await import('/transformers/transformers.min.js')
  env.allowRemoteModels = false
  env.allowLocalModels = true
  env.localModelPath = '/models/'
  env.backends.onnx.wasm.wasmPaths = '/transformers-ort/'
  env.backends.onnx.wasm.numThreads = 1
  const extract = await pipeline('image-feature-extraction', 'mine', { dtype: 'fp32', device: 'wasm' })
  const vectors = []
  for (const name of names)
    vectors.push(Array.from((await extract(`/pictures/${name}`, { pool: true })).data))
  return vectors
}
