// The identity card in the reader of this computer: asks the agent that runs here, tells what is wrong, and carries the
// request for a session between it and our server. Every word comes from the server; the PIN never comes here.
"use strict";
(() => {
  const card = document.querySelector("#card");
  const one = (selector) => card.querySelector(selector);
  const all = (selector) => [...card.querySelectorAll(selector)];
  const { agent, home, protocol, practice } = card.dataset;
  let token = card.dataset.token; // of this browser for the agent of this computer; empty until they are linked
  let asked = ""; // the request that waits for its PIN
  let pinWindow = null;
  let waiting = 0; // timer of the next look

  class Refused {
    constructor(code, tries, words) {
      Object.assign(this, { code, tries, words });
    }
  }

  // ---- Telling: one of the lines that the page brought, and one part to act in

  function tell(code, { tries, words } = {}) {
    const known = one(`[data-code="${CSS.escape(code)}"]`) ?? one("[data-code=unexplained]");
    if (words) known.textContent = words;
    for (const line of all("[data-code]")) line.hidden = line !== known;
    one("#card-tries").hidden = tries == null;
    one("#card-tries strong").textContent = tries ?? "";
  }

  const offer = (part) => all("[data-part]").forEach((each) => (each.hidden = each.dataset.part !== part));

  function failed(error) {
    pinWindow?.close();
    if (!(error instanceof Refused)) throw error;
    if (error.code === "not_paired") token = "";
    tell(error.code, error);
    offer(token || !/pair/.test(error.code) ? "again" : "link");
  }

  // ---- Asking: the agent with its token, our server as a form does

  // Chrome asks its person whether pages may reach this computer; an older or other browser knows no such question.
  async function permission() {
    for (const name of ["loopback-network", "local-network-access"]) {
      const found = await navigator.permissions?.query({ name }).catch(() => null);
      if (found) return found.state;
    }
    return "granted";
  }

  async function ask(method, path, given) {
    const headers = token ? { Authorization: `Bearer ${token}` } : {};
    const body = given && new Blob([JSON.stringify(given)], { type: "application/json" });
    const answer = await fetch(`${agent}/v1/${path}`, { method, headers, body }).catch(() => null);
    if (!answer) throw new Refused((await permission()) === "denied" ? "permission_denied" : "agent_missing");
    const said = await answer.json().catch(() => null);
    if (answer.ok && said) return said;
    throw new Refused(said?.code ?? "agent_failed", said?.tries_left);
  }

  // A redirect leads to what came of it, or to the sign-in: either is shown by opening this page anew.
  async function send(form, path, fields) {
    const body = new URLSearchParams([...new FormData(form), ...Object.entries(fields)]);
    const answer = await fetch(path, { method: "POST", body, redirect: "manual" }).catch(() => null);
    if (answer?.type === "opaqueredirect") return new Promise(() => location.assign(home));
    const said = await answer?.json().catch(() => null);
    if (answer?.ok) return said;
    throw new Refused(said ? "refused" : answer ? "unexplained" : "server_missing", null, said?.text);
  }

  // ---- What is there: the agent, its link to this browser, a reader with a card that can be used

  const trying = (act) => (event) => {
    event?.preventDefault();
    return act(event?.target).catch(failed);
  };

  const look = trying(async () => {
    clearTimeout(waiting);
    const known = await ask("GET", "version");
    if (!(known.protocol >= Number(protocol))) throw new Refused("agent_too_old");
    if (!token) throw new Refused("not_paired");
    choose((await ask("GET", "readers")).readers);
  });

  function choose(readers) {
    const usable = readers.filter((each) => each.has_card && !each.code && each.tries_left !== 0);
    one("#card-reader").replaceChildren(...usable.map((each) => new Option(each.reader)));
    const odd = readers.find((each) => each.has_card);
    const lacking = odd ? odd.code || "eid_pin_blocked" : readers.length ? "no_card" : "no_reader";
    tell(usable.length ? "card_ready" : lacking);
    offer(usable.length ? "open" : "again");
    if (!odd) waiting = setTimeout(look, 2_000); // whoever inserts it need not press anything
  }

  const link = trying(async (form) => {
    const given = await ask("POST", "pairing", { code: form.code.value.trim() });
    await send(form, form.action, given);
    token = given.token;
    await look();
  });

  // ---- Opening: the window for the PIN first, for the request that is signed may be a minute old

  const open = trying(async (form) => {
    const reader = form.reader.value;
    pinWindow = window.open("", "quittance-pin", "popup,width=560,height=680"); // later it would be taken for an advert
    const { certificate } = await ask("POST", "certificate", { reader });
    const { id, pin_page } = await ask("POST", "requests", { reader, practice, lang: document.documentElement.lang });
    if (!pin_page.startsWith(`${agent}/pin/`)) throw new Refused("agent_failed");
    [asked, one("#card-pin").href] = [id, pin_page];
    offer("pin");
    if (pinWindow) pinWindow.opener = null;
    pinWindow?.location.replace(pin_page);
    await typed();
    const made = await send(form, `${form.action}/demande`, { certificate });
    const signed = await ask("POST", `requests/${id}/envelope`, { envelope: made.envelope });
    await send(form, form.action, { request_id: made.request_id, envelope: signed.envelope });
  });

  async function typed() {
    for (;;) {
      const { state, code, tries_left: tries } = await ask("GET", `requests/${asked}`);
      if (state === "ready") break;
      if (state !== "waiting") throw new Refused(code || "request_over", tries);
      tell(code && tries === 1 ? "last_try" : code || "pin_awaited", { tries });
      await new Promise((done) => setTimeout(done, 500));
    }
    tell("opening");
    offer("");
  }

  one("[data-part=again]").addEventListener("click", look);
  one("[data-part=link]").addEventListener("submit", link);
  one("[data-part=open]").addEventListener("submit", open);
  one("#card-cancel").addEventListener("click", () => ask("DELETE", `requests/${asked}`).catch(failed));

  // A question of the browser comes at a press, not at a look; from this very computer it asks none.
  permission().then((state) => {
    if (state !== "prompt" || /^(127\.0\.0\.1|localhost)$/.test(location.hostname)) return look();
    tell("permission_prompt");
    offer("again");
  });
})();
