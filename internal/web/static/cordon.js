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
    const links = [...document.querySelectorAll('[data-list] > li')].map((li) => li.querySelector('a')).filter(Boolean);
    if (links.length === 0) return;
    const at = links.indexOf(document.activeElement);
    const to = e.key === 'j' ? Math.min(at + 1, links.length - 1) : Math.max(at - 1, 0);
    links[to].focus();
  }
});

// The error summary comes first for who cannot see it.
document.querySelector('.errors')?.focus();

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
