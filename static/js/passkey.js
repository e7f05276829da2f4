// Asks the browser for a passkey, puts its answer into the form and sends it.
// A form says data-passkey="create" or "get", and in data-options the id of the element with the server's question.

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const withBytes = (credentials) => credentials?.map((each) => ({ ...each, id: bytes(each.id) }));

function question({ publicKey }) {
  const asked = { ...publicKey, challenge: bytes(publicKey.challenge) };
  if (asked.user) asked.user = { ...asked.user, id: bytes(asked.user.id) };
  if (asked.excludeCredentials) asked.excludeCredentials = withBytes(asked.excludeCredentials);
  if (asked.allowCredentials) asked.allowCredentials = withBytes(asked.allowCredentials);
  return { publicKey: asked };
}

function answer(credential) {
  const { response } = credential;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const given = parts.filter((part) => response[part]).map((part) => [part, text(response[part])]);
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response: { ...Object.fromEntries(given), transports: response.getTransports?.() },
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  const problem = form.querySelector("[data-passkey-problem]");
  const say = (sentence) => {
    problem.textContent = sentence;
    problem.hidden = !sentence;
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say("");
    if (!navigator.credentials) return say("This browser offers no passkeys here. Use the authenticator app.");
    try {
      const asked = question(JSON.parse(document.getElementById(form.dataset.options).textContent));
      const credential = await navigator.credentials[form.dataset.passkey](asked);
      form.elements.credential.value = JSON.stringify(answer(credential));
      form.submit();
    } catch (error) {
      say(
        error.name === "SecurityError"
          ? "The browser makes no passkeys for this address. Open the page by its name, such as localhost."
          : error.name === "InvalidStateError"
            ? "This device has a passkey of your account already."
            : "No passkey was used. Try again, or use the authenticator app.",
      );
    }
  });
}
