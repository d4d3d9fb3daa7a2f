// Makes the chat smoother where scripts run. Without this file the page works by plain forms.
(() => {
  "use strict";
  const DRAFT = "sayso-draft";
  const TIMEOUT_MS = 35000;
  const WAITS_MS = [1000, 2000, 4000, 8000, 15000, 30000];

  for (const form of document.querySelectorAll("form[data-leave]")) {
    form.addEventListener("submit", forgetDraft);
  }
  const say = document.getElementById("say");
  if (!say || !window.fetch || !window.AbortController) return;

  const text = document.getElementById("text");
  const status = document.getElementById("status");
  const messages = document.getElementById("messages");
  const choices = document.getElementById("choices");
  const answer = document.getElementById("answer");
  let busy = false;
  let wake = null;

  if (!text.value) text.value = readDraft();
  text.addEventListener("input", () => writeDraft(text.value));
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send(say, null);
  });
  answer.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-say]")) return;
    event.preventDefault();
    send(event.target, event.submitter || null);
  });
  window.addEventListener("online", () => wake && wake());
  if (!status.textContent) show("Enter sends your answer.");

  async function send(form, button) {
    if (busy) return;
    const body = new URLSearchParams(new FormData(form));
    const typed = form === say && !(button && button.name === "helper");
    if (button && button.name) body.set(button.name, button.value);
    addVoice(body);
    if (typed && !text.value.trim()) {
      show("Please write something first. Or press Skip.", true);
      text.focus();
      return;
    }
    setBusy(true);
    try {
      finish(await post(body), typed);
    } finally {
      setBusy(false);
    }
  }

  function addVoice(body) {
    const voice = say.querySelector("input[name=voice]:checked");
    if (voice) body.set("voice", voice.value);
  }

  // The same words go again under the same id until an answer comes, so nothing is lost and nothing counts twice.
  async function post(body) {
    for (let attempt = 0; ; attempt += 1) {
      show(attempt ? "No connection. Trying again." : "Sending.");
      try {
        return await postOnce(body);
      } catch (error) {
        show("No connection. We will try again.", true);
        await pause(WAITS_MS[Math.min(attempt, WAITS_MS.length - 1)]);
      }
    }
  }

  async function postOnce(body) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), TIMEOUT_MS);
    try {
      const reply = await fetch("/talk/say", {
        method: "POST",
        body,
        headers: { accept: "application/json" },
        credentials: "same-origin",
        signal: abort.signal,
      });
      if ([429, 502, 504].includes(reply.status)) throw new Error("busy");
      return await read(reply);
    } finally {
      clearTimeout(timer);
    }
  }

  async function read(reply) {
    const isOurs = (reply.headers.get("content-type") || "").includes("application/json");
    if (isOurs) return reply.json();
    const isTooLong = reply.status === 413;
    return {
      notice: isTooLong
        ? "That is very long. Please send it in smaller parts."
        : "Something went wrong. Your words are still in the box. Please press Send again.",
    };
  }

  function pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function finish(reply, typed) {
    if (reply.closed) {
      forgetDraft();
      window.location.assign("/talk?note=closed");
      return;
    }
    if (reply.notice) {
      show(reply.notice, true);
      text.focus();
      return;
    }
    if (typed) {
      text.value = "";
      forgetDraft();
    }
    add(reply.messages);
    show("");
    if (reply.done) {
      end(reply.end);
      return;
    }
    choices.innerHTML = reply.choices; // made and escaped by our own server
    say.elements.message_id.value = reply.message_id;
    text.focus({ preventScroll: true });
    reveal();
  }

  function add(html) {
    const latest = document.getElementById("latest");
    if (latest) latest.removeAttribute("id");
    messages.insertAdjacentHTML("beforeend", html);
  }

  function reveal() {
    const latest = document.getElementById("latest");
    if (!latest) return;
    const said = latest.previousElementSibling;
    const isShort = said && said.offsetHeight < window.innerHeight / 3;
    (isShort ? said : latest).scrollIntoView({ block: "start" });
  }

  function end(html) {
    forgetDraft();
    document.querySelectorAll(".leave").forEach((element) => element.remove());
    answer.outerHTML = html;
    const panel = document.getElementById("end");
    panel.querySelector("form[data-leave]").addEventListener("submit", forgetDraft);
    panel.focus({ preventScroll: true });
    reveal();
  }

  function setBusy(value) {
    busy = value;
    if (!answer.isConnected) return;
    answer.setAttribute("aria-busy", String(value));
    answer.querySelectorAll("button").forEach((button) => {
      button.disabled = value;
    });
    if (!value && document.activeElement === document.body) text.focus({ preventScroll: true });
  }

  function show(words, isProblem = false) {
    status.textContent = words;
    status.className = isProblem ? "notice" : "status";
  }

  function readDraft() {
    try {
      return sessionStorage.getItem(DRAFT) || "";
    } catch (error) {
      return "";
    }
  }

  function writeDraft(value) {
    try {
      sessionStorage.setItem(DRAFT, value);
    } catch (error) {
      // The draft is a comfort only.
    }
  }

  function forgetDraft() {
    try {
      sessionStorage.removeItem(DRAFT);
    } catch (error) {
      // Nothing was kept, so nothing is left.
    }
  }
})();
