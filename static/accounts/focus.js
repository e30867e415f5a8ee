// The theme hides the page until its scripts have run, and browsers focus nothing that is hidden.
document.addEventListener("alpine:initialized", () => {
  // The page is shown in a microtask that is queued already.
  queueMicrotask(() => document.querySelector("[autofocus]")?.focus());
});
