// HtmlService: pages of the project or of a text, for sidebars and dialogs. No templates, no web apps.

const outputs = new WeakMap();

function htmlOutputOf(content) {
  const look = { title: '' };
  const set = (name) => (value) => {
    look[name] = value;
    return output;
  };
  const output = strict('HtmlOutput', {
    getContent: () => content,
    getTitle: () => look.title,
    setTitle: set('title'),
    setWidth: set('width'),
    setHeight: set('height'),
  });
  outputs.set(output, () => ({ title: look.title, html: content }));
  return output;
}

/** What a page shows; throws as Google does for anything that is none. */
function pageOf(method, args, ...signature) {
  if (!outputs.has(args[0])) expect(method, args, ['HtmlOutput', ...signature]);
  return outputs.get(args[0])();
}

global.HtmlService = strict('HtmlService', {
  createHtmlOutput(html) {
    expect('HtmlService.createHtmlOutput', arguments, ['String']);
    return htmlOutputOf(html);
  },
  createHtmlOutputFromFile(name) {
    expect('HtmlService.createHtmlOutputFromFile', arguments, ['String']);
    return htmlOutputOf(host('html.file', name));
  },
});
