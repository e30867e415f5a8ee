// allauth's scripts only log what goes wrong with a passkey, such as a prompt that was closed.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  document.getElementById("passkey-trouble").hidden = false;
});
