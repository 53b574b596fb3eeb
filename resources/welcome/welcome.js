// Only conveniences: everything on the page can be read and used without this.
"use strict";

// The port this page was reached by, in place of the example.
const port = location.port || (location.protocol === "https:" ? "443" : "80");
for (const place of document.querySelectorAll("[data-port]")) place.textContent = port;

// Browsers offer the clipboard to localhost and https only.
if (navigator.clipboard) {
  const { copy, copied } = document.documentElement.dataset;
  for (const command of document.querySelectorAll(".command")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = copy;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(command.querySelector("pre").textContent);
      } catch {
        return;
      }
      button.textContent = copied;
      setTimeout(() => { button.textContent = copy; }, 1500);
    });
    command.classList.add("copies");
    command.append(button);
  }
}
