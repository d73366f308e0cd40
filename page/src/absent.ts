// What stands in for modules that the component imports but the page never runs (see build.mjs).
export const Document = {};
export const DiagnosticSeverity = {};
export const Parser = {};
export default { schemas: {} };
