/** What is used of onnxruntime-web, which the page brings itself: `import * as ort from 'onnxruntime-web'`. */

interface Value {
  readonly data: unknown
  readonly dims: readonly number[]
  dispose?(): void
}

interface ValueMetadata {
  readonly name: string
  readonly isTensor: boolean
  readonly type?: string
  readonly shape?: readonly (number | string)[]
}

export interface OrtSession {
  readonly inputMetadata: readonly ValueMetadata[]
  readonly outputMetadata: readonly ValueMetadata[]
  run(feeds: Record<string, Value>, fetches: readonly string[]): Promise<Record<string, Value>>
  release(): Promise<void>
}

export interface Ort {
  readonly env: { readonly versions: { readonly common: string; readonly web?: string } }
  readonly InferenceSession: { create(model: Uint8Array, options?: object): Promise<OrtSession> }
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => Value
}
