// google.script for a page that the local Google shows: each call runs a function of the sheet's script as the person.

(() => {
  /** A runner with these handlers; what is not a handler's setter is a function of the script. */
  function runner(handlers) {
    const setters = {
      withSuccessHandler: (success) => runner({ ...handlers, success }),
      withFailureHandler: (failure) => runner({ ...handlers, failure }),
    };
    return new Proxy(setters, { get: (_, name) => setters[name] || ((...args) => void call(name, args, handlers)) });
  }

  async function call(item, args, { success, failure = (error) => console.error(error.message) }) {
    let result;
    try {
      result = await answer({ item, args });
    } catch (error) {
      failure(error);
      return;
    }
    if (success) success(result);
  }

  async function answer(asked) {
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch('run', { method: 'POST', headers, body: JSON.stringify(asked) });
    const said = await response.json();
    if ('error' in said) throw new Error(said.error.message);
    return said.result;
  }

  const close = () => document.body.replaceChildren('Closed.');
  window.google = { script: { run: runner({}), host: { close } } };
})();
