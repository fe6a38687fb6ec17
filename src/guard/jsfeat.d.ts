declare module 'jsfeat' {
  interface Matrix {
    cols: number
    rows: number
    data: Uint8Array | Int32Array | Float32Array
  }
  interface Pyramid {
    levels: number
    data: Matrix[]
    allocate(width: number, height: number, type: number): void
    build(input: Matrix, skipFirstLevel: boolean): void
  }
  interface Keypoint {
    x: number
    y: number
    score: number
  }
  interface Point {
    x: number
    y: number
  }
  /** What of jsfeat 0.0.8 is used here. */
  const jsfeat: {
    U8C1_t: number
    F32C1_t: number
    matrix_t: new (columns: number, rows: number, type: number) => Matrix
    pyramid_t: new (levels: number) => Pyramid
    keypoint_t: new (x: number, y: number, score: number, level: number) => Keypoint
    yape06: {
      laplacian_threshold: number
      min_eigen_value_threshold: number
      detect(picture: Matrix, points: Keypoint[], border: number): number
    }
    optical_flow_lk: {
      track(
        before: Pyramid,
        after: Pyramid,
        from: Float32Array,
        to: Float32Array,
        count: number,
        window: number,
        iterations: number,
        status: Uint8Array,
        epsilon: number,
        leastEigenvalue: number,
      ): void
    }
    motion_model: { affine2d: new () => { run(from: readonly Point[], to: readonly Point[], model: Matrix, count: number): number } }
  }
  export default jsfeat
}
