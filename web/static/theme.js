// Runs before the first paint, so that a remembered theme never flashes the other one.
(() => {
  try {
    const { theme } = JSON.parse(localStorage.getItem("mailtrap-local") ?? "{}");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // storage is switched off or holds something else: the system's theme it is
  }
})();
