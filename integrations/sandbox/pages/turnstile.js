// A drop-in for https://challenges.cloudflare.com/turnstile/v0/api.js that passes everybody.
(function () {
  "use strict";

  const TOKEN_SECONDS = 300;
  const parameters = new URL(document.currentScript.src).searchParams;
  const widgets = new Map();
  let count = 0;

  // A callback is a function, or in a data attribute the name of a global one.
  function call(callback, ...values) {
    const target = typeof callback === "string" ? window[callback] : callback;
    if (typeof target === "function") {
      target(...values);
    }
  }

  function elementOf(target) {
    return typeof target === "string" ? document.querySelector(target) : target;
  }

  // Calls accept a widget's id or its container; without either the first widget is meant.
  function find(target) {
    if (target === undefined) {
      return widgets.values().next().value;
    }
    if (widgets.has(target)) {
      return widgets.get(target);
    }
    const container = elementOf(target);
    return [...widgets.values()].find((widget) => widget.container === container);
  }

  function build(name) {
    const box = document.createElement("div");
    // Single properties, because the page's policy refuses a style attribute.
    Object.assign(box.style, {
      alignItems: "center",
      background: "#f4faf6",
      border: "1px solid #9fc9ae",
      borderRadius: "6px",
      boxSizing: "border-box",
      color: "#14532d",
      display: "flex",
      font: "15px/1.4 system-ui, sans-serif",
      maxWidth: "100%",
      minHeight: "65px",
      padding: "12px 16px",
      width: "300px",
    });
    box.textContent = "✓ Sandbox-Prüfung bestanden";
    const input = document.createElement("input");
    input.type = "hidden";
    input.name = name;
    box.append(input);
    return { box, input };
  }

  function solve(widget) {
    clearTimeout(widget.expiry);
    let token;
    try {
      token = `sandbox-${crypto.randomUUID()}`;
    } catch {
      // Browsers have no randomUUID on a page that is neither HTTPS nor local.
      widget.input.value = "";
      widget.box.firstChild.textContent = "✗ Sandbox-Prüfung nur über HTTPS oder 127.0.0.1";
      setTimeout(() => call(widget.options["error-callback"], "insecure-context"));
      return;
    }
    widget.input.value = token;
    widget.expiry = setTimeout(() => expire(widget), TOKEN_SECONDS * 1000);
    // Later, like the original: the caller of render() has its id by then.
    setTimeout(() => {
      if (widget.input.value === token) {
        call(widget.options.callback, token);
      }
    });
  }

  function expire(widget) {
    widget.input.value = "";
    call(widget.options["expired-callback"]);
    if ((widget.options["refresh-expired"] || "auto") === "auto") {
      solve(widget);
    }
  }

  function render(target, options = {}) {
    const container = elementOf(target);
    if (!container) {
      throw new Error(`Turnstile: no element for ${target}`);
    }
    count += 1;
    const id = `sandbox-widget-${count}`;
    const widget = { container, options, ...build(options["response-field-name"] || "cf-turnstile-response") };
    widgets.set(id, widget);
    container.append(widget.box);
    solve(widget);
    return id;
  }

  function reset(target) {
    const widget = find(target);
    if (widget) {
      solve(widget);
    }
  }

  function getResponse(target) {
    return find(target)?.input.value || undefined;
  }

  function remove(target) {
    for (const [id, widget] of widgets) {
      if (widget === find(target)) {
        clearTimeout(widget.expiry);
        widget.input.value = "";
        widget.box.remove();
        widgets.delete(id);
        return;
      }
    }
  }

  function ready(callback) {
    if (document.readyState === "loading") {
      document.addEventListener("DOMContentLoaded", () => callback());
    } else {
      callback();
    }
  }

  function renderAll() {
    for (const element of document.querySelectorAll(".cf-turnstile")) {
      const names = ["callback", "expired-callback", "error-callback", "refresh-expired", "response-field-name"];
      const options = Object.fromEntries(names.map((name) => [name, element.getAttribute(`data-${name}`)]));
      render(element, options);
    }
  }

  window.turnstile = { render, reset, getResponse, remove, ready };
  ready(() => {
    if (parameters.get("render") !== "explicit") {
      renderAll();
    }
    call(parameters.get("onload"));
  });
})();
