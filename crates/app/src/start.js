// Fetches the wasm while the JavaScript that needs it still loads.
const start = async () => {
  const wasm = fetch("FILES.wasm");
  // Awaited below; a failure before that must not count as an unhandled rejection.
  wasm.catch(() => {});
  const page = await import("FILES.js");
  await page.default({ module_or_path: wasm });
  page.hydrate();
};
start().catch((error) => {
  dispatchEvent(new Event("codealong:unloaded"));
  throw error;
});
