// Search in the book: an index of its sections, terms, exercises, mistakes, claims and sources, made
// in the browser by MiniSearch from search-index.js, and the list of what was found.
(() => {
  "use strict";
  // As in book/_ext/search_entries.py: what a result is called, and how much it counts.
  const KINDS = [
    ["Page", 1.1], ["Section", 1.1], ["Glossary", 1], ["Exercise", 0.9], ["Mistake", 1],
    ["Claim", 0.8], ["Source", 0.7],
  ];
  const [PAGE, , TERM, EXERCISE, MISTAKE, CLAIM, SOURCE] = KINDS.keys();
  const FIELDS = { title: 4, names: 8, text: 1, under: 0.5, code: 0.3 };
  const LONGEST = 200;  // characters of a query that count, and words
  const MOST = 12;
  const GREEK = Object.fromEntries(
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi psi omega"
      .split(" ").map((name, place) => ["αβγδεζηθικλμνξοπρστυφχψω"[place], name]),
  );

  const WORD = /[\p{L}\p{N}\p{M}]+/gu;
  const words = (text) => text.match(WORD) ?? [];
  // One form for what is one word: case, accents, indices (x² is x2), Greek letters and their names,
  // American and British spelling, plural. On both sides, so a collision costs nothing but order.
  const forms = new Map(); // the book has few different words, and a hundred thousand in all
  const normal = (word) => {
    if (!forms.has(word)) {
      forms.set(word, word.normalize("NFKD").toLowerCase().replace(/\p{M}/gu, "")
        .replace(/[α-ω]/g, (letter) => GREEK[letter] ?? letter)
        .replace(/([iy])z/g, "$1s")
        .replace(/(..[^sui])s$/, "$1"));
    }
    return forms.get(word);
  };

  // What a question is made of besides its words; alone, it is what is asked for.
  const FRAME = new Set(("a an and are as at be by can do does for from how i if in is it its need of on or should "
    + "that the there this to was we what when where which who why with you").split(" "));
  const asked = (query) => {
    const all = [...new Set(words(query.slice(0, LONGEST)))].slice(0, MOST);
    const telling = all.filter((word) => !FRAME.has(word.toLowerCase()));
    return all.length > 2 && telling.length ? telling : all;
  };
  const same = (text) => words(text).map(normal).join(" ");

  class Finder {
    constructor(pages) {
      this.entries = Object.values(pages).flatMap((page) => page.entries.map(
        ([kind, anchor, title, under = "", names = "", text = "", code = ""]) => (
          { page, kind, anchor, title, under, names, text, code }),
      ));
      this.known = new Set();
      this.index = new window.MiniSearch({
        fields: Object.keys(FIELDS),
        tokenize: words,
        processTerm: (word) => {
          const term = normal(word);
          this.known.add(term);
          return term;
        },
        // The name of an exercise is in its text; as a name it would beat the section that it is in.
        extractField: (entry, name) => {
          const exercise = entry.kind === EXERCISE;
          if (name === "under") return `${entry.page.title} ${entry.under} ${exercise ? entry.names : ""}`;
          return name === "names" && exercise ? "" : entry[name];
        },
      });
      this.entries.forEach((entry, id) => { entry.id = id; });
    }

    // A finder whose index is made; meanwhile the page goes on to answer.
    static async of(pages) {
      const finder = new Finder(pages);
      await finder.index.addAllAsync(finder.entries, { chunkSize: 150 });
      return finder;
    }

    // Entries that hold all words, as they are or as beginnings; failing that, words that differ by a
    // slip; failing that, entries that hold some of them. `near`: the words are not those asked for.
    find(query) {
      const given = asked(query);
      if (!given.length) return { found: [], near: false };
      for (const [near, combineWith, slips] of [
        [false, "AND", false], [true, "AND", true], [true, "OR", true],
      ]) {
        const found = this.ranked(query, given, combineWith, slips);
        if (found.length) return { found, near };
      }
      return { found: [], near: false };
    }

    ranked(query, given, combineWith, slips) {
      const read = (word) => (slips && this.swapped(word)[0]) || normal(word);
      const phrase = words(query.slice(0, LONGEST)).map(read).join(" ");
      const queries = given.map((word, place) => this.alike(word, place === given.length - 1, slips));
      return this.index.search({ combineWith, queries }, {
        tokenize: (text) => [text],
        processTerm: (term) => term,
        boost: FIELDS,
        boostDocument: (id) => KINDS[this.entries[id].kind][1],
      }).map(({ id, score, match }) => {
        const entry = this.entries[id];
        const named = [entry.title, ...entry.names.split("; ")].map(same);
        const begins = named.some((name) => name.startsWith(`${phrase} `));
        const holds = phrase.includes(" ") && this.form(entry).includes(` ${phrase}`);
        const exact = named.includes(phrase) && (entry.kind === TERM ? 12 : 8); // what it is, first
        const factor = exact || (begins ? 1.3 : 1) * (holds ? 2 : 1);
        return { entry, phrase, score: score * factor, words: new Set(Object.keys(match)) };
      }).sort((a, b) => b.score - a.score || a.entry.id - b.entry.id);
    }

    // All words of an entry in their order.
    form(entry) {
      entry.form ??= ` ${same(`${entry.title}\n${entry.text}\n${entry.code}`)}`;
      return entry.form;
    }

    // The ways to read one word of the query.
    alike(word, last, slips) {
      const term = normal(word);
      const prefix = word.length > (last ? 1 : 2);
      if (!slips || word.length < 4) return { queries: [term], prefix, fuzzy: false };
      const swapped = this.swapped(word);
      const fuzzy = swapped.length ? false : word.length > 6 ? 2 : 1;
      return { queries: [term, ...swapped], prefix, fuzzy, combineWith: "OR" };
    }

    // Words of the book in which two neighbours have changed places: two edits to an edit distance,
    // one slip to a hand.
    swapped(word) {
      const letters = [...word];
      const others = letters.slice(1).map((letter, place) => normal([
        ...letters.slice(0, place), letter, letters[place], ...letters.slice(place + 2),
      ].join("")));
      return [...new Set(others)].filter((other) => this.known.has(other));
    }
  }

  // --- the sentence that shows it -------------------------------------------------------------

  const ROOM = 220;  // characters of a sentence

  // Pieces of a text, each with whether it is marked.
  const pieces = (text, marked) => {
    const parts = [];
    let end = 0;
    for (const { 0: word, index } of text.matchAll(WORD)) {
      if (!marked.has(normal(word))) continue;
      parts.push([text.slice(end, index), false], [word, true]);
      end = index + word.length;
    }
    return [...parts, [text.slice(end), false]].filter(([part]) => part);
  };

  // How many of the words a text has; a little more if they stand in it as they were written.
  const count = (text, marked, phrase = "") => {
    const here = words(text).map(normal);
    const together = phrase.includes(" ") && ` ${here.join(" ")}`.includes(` ${phrase}`);
    return new Set(here.filter((word) => marked.has(word))).size + (together ? 0.5 : 0);
  };
  const best = (lines, marked, phrase) => lines.reduce(
    ([most, line], other) => {
      const here = count(other, marked, phrase);
      return here > most ? [here, other] : [most, line];
    }, [0, ""]);

  // A part of a long sentence around its first marked word, cut at words.
  const cut = (text, marked) => {
    if (text.length <= ROOM) return text;
    const first = [...text.matchAll(WORD)].find(({ 0: word }) => marked.has(normal(word)))?.index ?? 0;
    const from = first < ROOM * 0.7 ? 0 : text.lastIndexOf(" ", first - ROOM / 3) + 1;
    const rest = text.slice(from);
    const to = rest.length <= ROOM ? rest.length : rest.lastIndexOf(" ", ROOM);
    return `${from ? "… " : ""}${rest.slice(0, to)}${to < rest.length ? " …" : ""}`;
  };

  // The sentence with most of the words, or a line of code: if no sentence has any of them, or if the
  // line has them together as they were written. If the title alone has them, the first sentence.
  const context = ({ entry, words: marked, phrase }) => {
    const sentences = entry.text.split(/\n|(?<=[^\p{Lu}\s][.!?]) (?=\p{Lu})/u);
    const [most, sentence] = best(sentences, marked, phrase);
    const [more, line] = best(entry.code.split("\n"), marked, phrase);
    const together = more % 1 > most % 1;
    const code = together || (!most && more > count(`${entry.title} ${entry.names}`, marked));
    const text = code ? line : sentence || sentences[0];
    return { code, pieces: pieces(cut(text, marked), marked) };
  };

  // --- the list -------------------------------------------------------------------------------

  const made = (name, className, parts) => {
    const element = document.createElement(name);
    if (className) element.className = className;
    for (const [text, marked] of parts) {
      if (marked) element.append(made("mark", "", [[text]]));
      else element.append(text);
    }
    return element;
  };

  // "Section  3 · The dropout forward pass › The idea"; without the page's title where the kind says it.
  const place = ({ kind, page, under, names }) => {
    const number = names.split("; ").find((one) => /^Exercise \d/.test(one));
    const trail = [PAGE, TERM, SOURCE].includes(kind) ? []
      : [MISTAKE, CLAIM].includes(kind) ? [under] : [page.title, under];
    const element = made("p", "search-place", []);
    element.append(made("span", "search-kind", [[number ?? KINDS[kind][0]]]));
    element.append(` ${trail.filter(Boolean).join(" › ")}`);
    return element;
  };

  const item = (result, root, name) => {
    const { entry, words: marked } = result;
    const li = document.createElement("li");
    const link = made("a", "", pieces(entry.title, marked));
    link.href = `${root}${entry.page.url}${entry.anchor && `#${entry.anchor}`}`;
    const { code, pieces: shown } = context(result);
    const text = made("p", "search-context", code ? [] : shown);
    if (code) text.append(made("code", "", shown));
    const parts = [place(entry), text];
    parts.forEach((part, number) => { part.id = `${name}-${number}`; });
    link.setAttribute("aria-describedby", parts.map((part) => part.id).join(" "));
    li.append(link, ...parts);
    return li;
  };

  const sum = ({ found, near }, query, shown) => {
    if (!asked(query).length) return "";
    const said = query.trim().slice(0, 60);
    if (!found.length) return `Nothing found for “${said}”.`;
    const number = `${found.length} result${found.length === 1 ? "" : "s"}`;
    const first = found.length > shown ? `, the best ${shown} of them shown` : "";
    return near ? `Not found as you wrote it; ${number} near “${said}”${first}.` : `${number}${first}.`;
  };

  let indexed;
  // Bring a panel to life: a form with a search field, a status and a list. On the page of results
  // the query stands in the address, and more results are shown.
  const attach = async (panel, root) => {
    indexed ??= Finder.of(window.dropoutCourse.searchIndex);
    const finder = await indexed;
    if (panel.dataset.ready) return;
    panel.dataset.ready = "true";
    const page = panel.classList.contains("search-page");
    const field = panel.querySelector("input");
    const told = panel.querySelector("[role=status]");
    const list = panel.querySelector("ol");
    const most = page ? 60 : 12;
    let later;

    const show = () => {
      const query = field.value;
      const result = finder.find(query);
      list.replaceChildren(...result.found.slice(0, most).map(
        (one, place) => item(one, root, `${page ? "page" : "found"}-${place}`)));
      list.scrollTop = 0;
      const text = sum(result, query, most);
      if (told.textContent !== text) told.textContent = text;
      if (!page && result.found.length > most) {
        const all = made("a", "search-all", [["Show more on a page"]]);
        all.href = `${root}search.html?q=${encodeURIComponent(query)}`;
        const last = document.createElement("li");
        last.append(all);
        list.append(last);
      }
      if (!page || location.protocol === "file:") return;
      clearTimeout(later); // browsers allow a few changes of the address a second
      later = setTimeout(() => {
        history.replaceState(null, "", query ? `?q=${encodeURIComponent(query)}` : location.pathname);
      }, 300);
    };

    field.addEventListener("input", show);
    panel.addEventListener("submit", (event) => {
      event.preventDefault();
      list.querySelector("a")?.click();
    });
    panel.addEventListener("keydown", (event) => {
      const stops = [field, ...list.querySelectorAll("a")];
      const at = stops.indexOf(document.activeElement);
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && at >= 0) {
        event.preventDefault();
        stops[Math.min(Math.max(at + step, 0), stops.length - 1)].focus();
      } else if (at > 0 && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) {
        field.focus(); // writing goes on in the field
      }
    });
    list.addEventListener("click", (event) => {
      const plainly = !event.ctrlKey && !event.metaKey && !event.shiftKey;
      if (!plainly || !event.target.closest("a")) return;
      // the menu of a phone is a dialog as well
      for (const dialog of document.querySelectorAll("dialog[open]")) dialog.close();
    });
    if (page) field.value = (new URLSearchParams(location.search).get("q") ?? field.value).slice(0, LONGEST);
    show();
    if (page) field.focus();
  };

  (window.dropoutCourse ??= {}).search = { Finder, attach, context, normal, pieces };
})();
