/** The package has no types for its ES modules' paths. */
declare module '*/@smithy/core/dist-es/submodules/config/index.js' {
  export * from '@smithy/core/config';
}
