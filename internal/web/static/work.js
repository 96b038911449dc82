// What the page of a case gains with script. Everything works without it.

const form = document.querySelector('[data-dispose]');
const typing = (e) => e.target.closest('input:not([type=radio]), textarea, select, [contenteditable]');

if (form) {
  const code = form.querySelector('#f-code');
  const text = form.querySelector('#f-text');
  const send = form.querySelector('button');
  let ours = ''; // the text that was put in here, and not typed

  const groups = [...code.querySelectorAll('optgroup')];
  const chosen = () => form.querySelector('[name=disposition]:checked');
  const options = () => [...(groups.find((g) => g.dataset.of === chosen()?.value)?.querySelectorAll('option') ?? [])];

  // Only the reasons of the disposition can be chosen, and each brings the words that the facts bear out.
  const narrow = () => {
    for (const g of groups) g.hidden = g.disabled = Boolean(chosen()) && g.dataset.of !== chosen().value;
  };
  const say = (option) => {
    if (!option) return;
    code.value = option.value;
    if (text.value.trim() === '' || text.value === ours) {
      ours = option.dataset.text || `${option.textContent}.`;
      text.value = ours;
    }
  };
  const choose = (radio) => {
    form.closest('details')?.setAttribute('open', '');
    radio.checked = true;
    narrow();
    say(options().find((o) => o.value === radio.dataset.first));
    send.focus();
    form.scrollIntoView({ block: 'nearest' });
  };

  for (const radio of form.querySelectorAll('[name=disposition]')) {
    radio.addEventListener('change', () => {
      narrow();
      say(options().find((o) => o.value === radio.dataset.first));
    });
  }
  code.addEventListener('change', () => say(code.selectedOptions[0]));
  narrow();

  document.addEventListener('keydown', (e) => {
    if (e.ctrlKey || e.metaKey || e.altKey || typing(e)) return;
    const radio = form.querySelector(`[name=disposition][data-key="${CSS.escape(e.key)}"]`);
    if (radio) {
      e.preventDefault();
      choose(radio);
    } else if (/^[1-9]$/.test(e.key) && chosen()) {
      e.preventDefault();
      say(options()[Number(e.key) - 1]);
      send.focus();
    }
  });
}

document.addEventListener('keydown', (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || typing(e)) return;
  const button = document.querySelector(`button[data-key="${CSS.escape(e.key)}"]`);
  if (button) {
    e.preventDefault();
    button.click();
  } else if (document.querySelector(`button[data-focus="${CSS.escape(e.key)}"]`)) {
    e.preventDefault();
    document.getElementById('f-reason').focus();
  } else if (e.key === 'N') {
    document.querySelector('[data-next]')?.click();
  }
});
