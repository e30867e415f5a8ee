// Sends the sign-up form as JSON, as the marketing site does. The texts are in the page, translated.

const form = document.getElementById("sign-up");
const button = form.querySelector("button");
const alertBox = document.getElementById("form-error");
const message = document.getElementById("message");
const label = button.textContent;

// Each is the id of a control or of a group of them, and the name of its inputs; its error is at "<field>-error".
const FIELDS = ["name", "email", "companyName", "gewerk", "companySize", "phone", "message", "consent"];
const SENT = [...FIELDS.filter((field) => field !== "consent"), "consentVersion", "website", "formToken"];
const PAUSES_MS = [1_000, 3_000, 9_000];
const CAMPAIGN = { utmSource: "utm_source", utmMedium: "utm_medium", utmCampaign: "utm_campaign" };

// The server takes a form that is filled in faster for a bot's. A second more, for a server whose clock is behind.
const MINIMUM_MS = (Number(form.dataset.minimumSeconds) + 1) * 1000;
let renderedAt = performance.now();

const firstInput = (field) => form.querySelector(`[name="${field}"]`);

function complaint(field) {
  const input = firstInput(field);
  if (input.validity.valid) {
    return "";
  }
  if (input.validity.valueMissing) {
    return input.dataset.missing ?? form.dataset.missing;
  }
  return input.dataset.invalid ?? input.validationMessage;
}

function show(field, text) {
  document.getElementById(`${field}-error`).textContent = text;
  if (text) {
    document.getElementById(field).setAttribute("aria-invalid", "true");
  } else {
    document.getElementById(field).removeAttribute("aria-invalid");
  }
}

// Shows a text or nothing at every field and goes to the first that has one.
function showAll(textOf) {
  for (const field of FIELDS) {
    show(field, textOf(field));
  }
  const first = form.querySelector("[aria-invalid]");
  (first?.matches("fieldset") ? first.querySelector("input") : first)?.focus();
  return !first;
}

function body(token) {
  const data = new FormData(form);
  const query = new URLSearchParams(location.search);
  // Cut rather than refused: an overlong campaign is no reason to lose a visitor.
  const campaign = Object.entries(CAMPAIGN).map(([field, name]) => [field, query.get(name)?.slice(0, 255) ?? null]);
  return {
    ...Object.fromEntries(SENT.map((field) => [field, data.get(field)])),
    ...Object.fromEntries(campaign),
    pageUrl: location.href.slice(0, 2048),
    turnstileToken: token,
  };
}

// The API's envelope, or null where none came.
async function post(content) {
  try {
    const response = await fetch(form.dataset.apiUrl, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(content),
      signal: AbortSignal.timeout(30_000),
    });
    return await response.json();
  } catch {
    return null;
  }
}

// Where the server is away for a moment, the visitor need not know: the same body again is not a second sign-up.
async function postPatiently(content) {
  for (const pause of PAUSES_MS) {
    const answer = await post(content);
    if (answer && answer.error?.code !== "INTERNAL_ERROR") {
      return answer;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  return post(content);
}

function refuse({ message: text, fields = {} }) {
  const elsewhere = Object.keys(fields).filter((field) => !FIELDS.includes(field));
  alertBox.textContent = [text, ...elsewhere.flatMap((field) => fields[field])].join(" ");
  if (showAll((field) => fields[field]?.join(" ") ?? "")) {
    button.focus();
  }
}

function succeed(email) {
  const done = document.getElementById("done");
  document.getElementById("done-email").textContent = email;
  form.hidden = true;
  done.hidden = false;
  done.focus();
}

// A person may have left the page open for days, or his browser may have filled in the trap: the next try is to pass.
async function startAnew() {
  form.elements.website.value = "";
  try {
    const page = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(10_000) });
    const fresh = new DOMParser().parseFromString(await page.text(), "text/html").querySelector("[name=formToken]");
    form.elements.formToken.value = fresh.value;
    renderedAt = performance.now();
  } catch {
    // The old one stays; the message says what helps.
  }
}

async function send(content) {
  button.disabled = true;
  button.textContent = form.dataset.sending;
  await new Promise((resolve) => setTimeout(resolve, renderedAt + MINIMUM_MS - performance.now()));
  const answer = await postPatiently(content);
  if (answer?.error?.code === "BOT_DETECTED") {
    await startAnew();
  }
  button.disabled = false;
  button.textContent = label;
  if (answer?.success) {
    succeed(content.email);
  } else if (answer?.error) {
    window.turnstile?.reset();
    refuse(answer.error);
  } else {
    // The token stays: should only the answer have been lost, the same body sent again is not a second sign-up.
    refuse({ message: form.dataset.noAnswer });
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  alertBox.textContent = "";
  if (button.disabled || !showAll(complaint)) {
    return;
  }
  const token = new FormData(form).get("cf-turnstile-response");
  if (token) {
    send(body(token));
  } else {
    alertBox.textContent = form.dataset.noToken;
  }
});

form.addEventListener("input", ({ target }) => {
  const field = target.name;
  if (FIELDS.includes(field) && document.getElementById(field).hasAttribute("aria-invalid")) {
    show(field, complaint(field));
  }
});

function count() {
  document.getElementById("message-count").textContent = `${message.value.length} / ${message.maxLength}`;
}

message.addEventListener("input", count);
count();
button.disabled = false;
