// Ui: menus, alerts, prompts and pages are recorded, and answered with what the host was given to answer.

const Button = enumeration('Button', 'OK', 'CANCEL', 'YES', 'NO', 'CLOSE');
const ButtonSet = enumeration('ButtonSet', 'OK', 'OK_CANCEL', 'YES_NO', 'YES_NO_CANCEL');

function menuOf(title, items) {
  return strict('Menu', {
    addItem(caption, handler) {
      expect('Ui.Menu.addItem', arguments, ['String', 'String']);
      return menuOf(title, [...items, { caption, handler }]);
    },
    addSeparator: () => menuOf(title, [...items, null]),
    addToUi: () => host('ui.menu', { title, items }),
  });
}

/** Title and text of (text), (text, buttons) or (title, text, buttons). */
function dialog(kind, args) {
  expect(`Ui.${kind}`, args, ['String'], ['String', 'String'], ['String', 'String', 'String']);
  const [title, text] = args.length === 3 ? args : ['', args[0]];
  return host('ui.dialog', { kind, title, text, buttons: args.length > 1 ? args[args.length - 1] : ButtonSet.OK });
}

const ui = strict('Ui', {
  Button,
  ButtonSet,
  createMenu(title) {
    expect('Ui.createMenu', arguments, ['String']);
    return menuOf(title, []);
  },
  showSidebar(...args) {
    host('ui.panel', 'sidebar', pageOf('Ui.showSidebar', args));
  },
  showModalDialog(...args) {
    host('ui.panel', 'dialog', { ...pageOf('Ui.showModalDialog', args, 'String'), title: args[1] });
  },
  alert: (...args) => Button[dialog('alert', args)],
  prompt(...args) {
    const answer = dialog('prompt', args);
    return strict('PromptResponse', {
      getSelectedButton: () => (answer === null ? Button.CANCEL : Button.OK),
      getResponseText: () => answer || '',
    });
  },
});
