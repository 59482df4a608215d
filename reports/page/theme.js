// The theme: the system's until a reader chooses. Returns what changes it.
const vmsgspecTheme = (() => {
  "use strict";
  const root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)");
  const stored = () => { try { return localStorage.getItem("vmsgspec-theme"); } catch { return null; } };
  const theme = () => { root.dataset.theme = stored() || (dark.matches ? "dark" : "light"); };
  theme();
  dark.addEventListener("change", theme);
  return () => {
    const other = root.dataset.theme === "dark" ? "light" : "dark";
    try { localStorage.setItem("vmsgspec-theme", other); } catch { /* a file may have no storage */ }
    root.dataset.theme = other;
  };
})();
