// allauth's scripts only log what goes wrong with a passkey, such as a prompt that was closed.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("passkey-trouble").hidden = false;
});

// Without the passkey's answer there is nothing to send: Enter in a field means the button.
for (const button of document.querySelectorAll("button[type=button][id^=passkey-]")) {
  button.form.addEventListener("submit", (event) => {
    event.preventDefault();
    button.click();
  });
}
