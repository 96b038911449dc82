// What pages gain with script. Everything works without it.

const typing = (e) => e.target.closest('input, textarea, select, [contenteditable]');

// Keys: / searches, j and k move along a list, ? tells the keys.
document.addEventListener('keydown', (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || typing(e)) return;
  if (e.key === '/') {
    e.preventDefault();
    document.getElementById('find')?.focus();
  } else if (e.key === '?') {
    location.assign('/about');
  } else if (e.key === 'j' || e.key === 'k') {
    const links = [...document.querySelectorAll('[data-list] > li, [data-rows] > tr')].map((x) => x.querySelector('a')).filter(Boolean);
    if (links.length === 0) return;
    const at = links.indexOf(document.activeElement);
    const to = e.key === 'j' ? Math.min(at + 1, links.length - 1) : Math.max(at - 1, 0);
    links[to].focus();
  }
});

// What is said of keys shows with script, which they need.
document.documentElement.classList.add('keys');

// The error summary comes first for who cannot see it.
document.querySelector('.errors')?.focus();

// Who is led to a part of a page finds it open.
const openTarget = () => document.querySelector(':target > .evidence')?.setAttribute('open', '');
openTarget();
addEventListener('hashchange', openTarget);

// Buttons that need script appear with it.
for (const b of document.querySelectorAll('[data-print]')) {
  b.hidden = false;
  b.addEventListener('click', () => window.print());
}
for (const a of document.querySelectorAll('[data-copy]')) {
  a.addEventListener('click', async (e) => {
    if (!navigator.clipboard) return;
    e.preventDefault();
    await navigator.clipboard.writeText(a.href);
    a.textContent = 'Link copied';
  });
}

// Search as you type, for goods codes: the choices go into a datalist.
for (const input of document.querySelectorAll('[data-suggest]')) {
  const list = document.createElement('datalist');
  list.id = `${input.id}-list`;
  input.after(list);
  input.setAttribute('list', list.id);
  let waiting;
  let last = '';
  input.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const q = input.value.trim();
      if (q.length < 2 || q === last) return;
      last = q;
      const answer = await fetch(`${input.dataset.suggest}?q=${encodeURIComponent(q)}`);
      if (!answer.ok || q !== input.value.trim()) return;
      list.replaceChildren(...(await answer.json()).map((hit) => {
        const o = document.createElement('option');
        o.value = hit.code;
        o.label = `${hit.code} ${hit.label}`;
        return o;
      }));
    }, 150);
  });
}

// Search as you type, for names: the server makes the list, the keys move in it.
for (const input of document.querySelectorAll('[data-complete]')) {
  const found = document.createElement('div');
  const status = document.createElement('p');
  found.className = 'found';
  found.hidden = true;
  status.className = 'hidden';
  status.setAttribute('role', 'status');
  input.after(found, status);
  input.setAttribute('role', 'combobox');
  input.setAttribute('aria-autocomplete', 'list');
  input.setAttribute('aria-expanded', 'false');
  let waiting;
  let asked;
  let last = input.value.trim();

  const options = () => [...found.querySelectorAll('[role=option]')];
  const choose = (to) => {
    for (const o of options()) o.setAttribute('aria-selected', String(o === to));
    if (to) {
      input.setAttribute('aria-activedescendant', to.id);
      to.scrollIntoView({ block: 'nearest' });
    } else {
      input.removeAttribute('aria-activedescendant');
    }
  };
  const open = (yes) => {
    found.hidden = !yes;
    const list = found.querySelector('[role=listbox]');
    input.setAttribute('aria-expanded', String(yes && list !== null));
    if (yes && list) input.setAttribute('aria-controls', list.id);
    else input.removeAttribute('aria-controls');
    if (!yes) choose(null);
  };
  const look = async () => {
    const q = input.value.trim();
    if (q === last) return;
    last = q;
    asked?.abort();
    if (q === '') {
      open(false);
      status.textContent = '';
      return;
    }
    asked = new AbortController();
    try {
      const answer = await fetch(`${input.dataset.complete}?name=${encodeURIComponent(q)}`, { signal: asked.signal });
      if (!answer.ok) return;
      found.innerHTML = await answer.text();
      status.textContent = found.querySelector('.count')?.textContent ?? '';
      open(document.activeElement === input);
    } catch (e) {
      if (e.name !== 'AbortError') open(false);
    }
  };
  input.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, 150);
  });
  input.addEventListener('keydown', (e) => {
    const list = options();
    const at = list.findIndex((o) => o.getAttribute('aria-selected') === 'true');
    if ((e.key === 'ArrowDown' || e.key === 'ArrowUp') && list.length > 0) {
      e.preventDefault();
      if (found.hidden) open(true);
      const step = e.key === 'ArrowDown' ? 1 : -1;
      choose(list[(at + step + list.length + (at < 0 && step < 0 ? 1 : 0)) % list.length]);
    } else if (e.key === 'Enter' && at >= 0 && !found.hidden) {
      e.preventDefault();
      location.assign(list[at].dataset.href);
    } else if (e.key === 'Escape' && !found.hidden) {
      e.preventDefault();
      open(false);
    }
  });
  input.addEventListener('blur', () => open(false));
  found.addEventListener('pointerdown', (e) => e.preventDefault()); // the field keeps the focus
  found.addEventListener('click', (e) => {
    const o = e.target.closest('[role=option]');
    if (o) location.assign(o.dataset.href);
  });
}

// A form of many rows is sent by script so that it can say how far it is; the page that it leads to takes the place of this one.
document.addEventListener('submit', async (e) => {
  const form = e.target.closest('form[data-progress]');
  if (!form || e.submitter?.name === 'format') return;
  e.preventDefault();
  const box = document.createElement('p');
  const bar = document.createElement('progress');
  const said = document.createElement('span');
  said.setAttribute('role', 'status');
  said.textContent = 'Sending';
  bar.setAttribute('aria-label', 'Rows answered');
  box.className = 'far';
  box.append(bar, said);
  form.querySelector('.far')?.remove();
  form.append(box);
  const began = Date.now();
  const failed = () => { said.textContent = 'The answer did not arrive in full. Send it again.'; bar.remove(); };
  try {
    const answer = await fetch(form.action, { method: 'POST', body: new FormData(form, e.submitter), headers: { Accept: 'application/x-ndjson' } });
    const streamed = answer.headers.get('Content-Type')?.startsWith('application/x-ndjson');
    let page = '';
    let rest = '';
    const take = (line) => {
      if (!streamed || line === '') return;
      const x = JSON.parse(line);
      if (x.page) page = x.page;
      else {
        bar.max = x.of;
        bar.value = x.done;
        const left = x.done > 0 ? Math.round((Date.now() - began) / x.done * (x.of - x.done) / 1000) : 0;
        said.textContent = `${x.done} of ${x.of} rows answered${left > 0 ? `, ${left} s left` : ''}`;
      }
    };
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      rest += value;
      if (!streamed) continue;
      const lines = rest.split('\n');
      rest = lines.pop();
      lines.forEach(take);
    }
    if (!streamed) page = rest;
    if (page === '') return failed();
    const next = new DOMParser().parseFromString(page, 'text/html');
    document.getElementById('main').replaceChildren(...next.getElementById('main').childNodes);
    document.title = next.title;
    sortable();
    scrollTo(0, 0);
    (document.querySelector('.errors') ?? document.getElementById('main')).focus();
  } catch {
    failed();
  }
});

// Heads of a table sort its rows, up and down.
function sortable() {
  for (const head of document.querySelectorAll('[data-sortable] thead th:not(:has(button))')) {
    const b = document.createElement('button');
    b.type = 'button';
    b.className = 'sorter';
    b.textContent = head.textContent;
    head.replaceChildren(b);
  }
}
sortable();
document.addEventListener('click', (e) => {
  const head = e.target.closest('.sorter')?.closest('th');
  if (!head) return;
  const up = head.getAttribute('aria-sort') !== 'ascending';
  for (const h of head.parentElement.children) h.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', up ? 'ascending' : 'descending');
  const body = head.closest('table').tBodies[0];
  const key = (row) => row.cells[head.cellIndex].dataset.key ?? row.cells[head.cellIndex].textContent.trim();
  const order = new Intl.Collator('en', { numeric: true });
  const rows = [...body.rows].map((row, i) => [key(row), i, row]).sort((a, b) => (up ? 1 : -1) * order.compare(a[0], b[0]) || a[1] - b[1]);
  body.append(...rows.map((x) => x[2]));
});

// Words typed beside a table leave the rows that have them.
document.addEventListener('input', (e) => {
  const field = e.target.closest('[data-filter]');
  if (!field) return;
  const rows = [...document.getElementById(field.dataset.filter).tBodies[0].rows];
  const words = field.value.trim().toLowerCase();
  for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(words);
  const shown = document.getElementById('shown');
  if (shown) shown.textContent = `${rows.filter((r) => !r.hidden).length} of ${rows.length} rows are shown.`;
});

// A slider beside a field that has stops, for days and years: moving it fills the field, letting go asks for the page. By keys it
// moves stop by stop, and Enter asks; the page that comes has the focus where it was.
const asWords = (stop) => {
  if (!/^\d{4}-\d\d-\d\d$/.test(stop)) return stop;
  const [y, m, d] = stop.split('-').map(Number);
  return `${d} ${['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'][m - 1]} ${y}`;
};
for (const input of document.querySelectorAll('[data-stops]')) {
  const stops = [...input.dataset.stops.trim().split(/\s+/), '']; // an empty field says the latest, which is at the right
  const label = document.createElement('span');
  const range = document.createElement('input');
  const said = document.createElement('output');
  const name = input.labels?.[0]?.textContent ?? input.name;
  const say = () => {
    said.textContent = asWords(stops[range.value]) || input.placeholder;
    range.setAttribute('aria-valuetext', said.textContent);
  };
  range.type = 'range';
  range.min = 0;
  range.max = stops.length - 1;
  // The stop at or before what the field holds: a day between two stops has a place too.
  const typed = stops.findIndex((s) => s === input.value || asWords(s) === input.value);
  range.value = typed >= 0 ? typed : Math.max(0, stops.findLastIndex((s) => s !== '' && s <= input.value));
  range.setAttribute('aria-label', `${name}, by slider; Enter shows`);
  label.className = 'slider';
  say();
  if (typed < 0) said.textContent = asWords(input.value);
  label.append(range, said);
  input.after(label);
  range.addEventListener('input', () => {
    input.value = stops[range.value];
    say();
  });
  const ask = () => {
    sessionStorage.setItem('slid', location.pathname + ' ' + input.id);
    input.form?.requestSubmit();
  };
  let keyed = false;
  range.addEventListener('keydown', (e) => {
    keyed = e.key !== 'Tab';
    if (e.key !== 'Enter') return;
    e.preventDefault();
    ask();
  });
  range.addEventListener('pointerdown', () => { keyed = false; });
  range.addEventListener('change', () => { if (!keyed) ask(); });
  if (sessionStorage.getItem('slid') === location.pathname + ' ' + input.id) {
    sessionStorage.removeItem('slid');
    range.focus({ preventScroll: true });
  }
}

// A figure as PNG, drawn here from its SVG at twice its size.
for (const a of document.querySelectorAll('[data-png]')) {
  a.hidden = false;
  a.addEventListener('click', async (e) => {
    e.preventDefault();
    const image = new Image();
    image.src = a.href;
    try {
      await image.decode();
    } catch {
      a.textContent = 'PNG could not be drawn';
      return;
    }
    const canvas = document.createElement('canvas');
    canvas.width = image.naturalWidth * 2;
    canvas.height = image.naturalHeight * 2;
    canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => {
      const save = document.createElement('a');
      save.href = URL.createObjectURL(blob);
      save.download = a.dataset.png;
      save.click();
      setTimeout(() => URL.revokeObjectURL(save.href), 10000);
      a.dataset.size = `${canvas.width} ${blob.size}`;
    }, 'image/png');
  });
}

// What goes on is asked for again as long as it does. A part in which somebody is stays as it is.
for (const part of document.querySelectorAll('[data-live]')) {
  const again = async () => {
    let on = true;
    if (!document.hidden && !part.contains(document.activeElement)) {
      try {
        const answer = await fetch(location.href);
        const next = answer.ok && new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(part.id);
        if (next) {
          part.replaceChildren(...next.childNodes);
          on = next.hasAttribute('data-live');
        }
      } catch { /* the server is away; it may come back */ }
    }
    if (on) setTimeout(again, 2000);
  };
  setTimeout(again, 2000);
}
