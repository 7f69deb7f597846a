// The sync button without a reload: send the form, show that it runs, put the fresh page's live part in place.
// Without this script the form works as it is.

const policy = globalThis.trustedTypes?.createPolicy("tresen", { createHTML: (markup) => markup });

/** @param {string} markup @returns {Document} a page that our own server rendered */
function parsed(markup) {
  return new DOMParser().parseFromString(policy ? policy.createHTML(markup) : markup, "text/html");
}

/** @param {HTMLFormElement} form @param {HTMLElement} progress */
async function run(form, progress) {
  const body = new URLSearchParams(new FormData(form));
  const button = form.querySelector("button");
  const live = document.getElementById("live");
  const started = Date.now();
  const tell = () => {
    const seconds = Math.round((Date.now() - started) / 1000);
    progress.dataset.seconds = seconds > 0 ? `${seconds} s` : "";
  };
  button.disabled = true;
  live.setAttribute("aria-busy", "true");
  progress.className = "progress running";
  progress.textContent = "Sync is running …";
  const timer = setInterval(tell, 1000);
  try {
    const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "text/html" } });
    const fresh = parsed(await answer.text()).getElementById("live");
    if (!fresh) {
      location.assign("/"); // the session has ended
      return;
    }
    live.replaceChildren(...document.importNode(fresh, true).childNodes);
    const notice = live.querySelector("[data-notice]");
    const outcome = live.querySelector("[data-outcome]");
    progress.className = "progress";
    progress.textContent = notice ? "" : `Done. ${outcome?.textContent ?? ""}`;
  } catch {
    progress.className = "progress failed";
    progress.textContent = "The server could not be reached. Please try again.";
  } finally {
    clearInterval(timer);
    delete progress.dataset.seconds;
    live.removeAttribute("aria-busy");
    button.disabled = false;
  }
}

const form = document.getElementById("sync");
const progress = document.getElementById("progress");
if (form instanceof HTMLFormElement && progress) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(form, progress);
  });
}
