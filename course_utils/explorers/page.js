// Ties the controls of a page-drawn figure to its stored pictures. DATA is filled in by display.py:
// name, controls (label, texts, start, choice), pieces (SVG), pictures (numbers of pieces) and says,
// one entry for every setting; the last control changes fastest.
(() => {
  const data = DATA;
  const element = (tag, properties, ...children) => {
    const made = Object.assign(document.createElement(tag), properties);
    made.append(...children);
    return made;
  };

  const slider = (control) => {
    const input = element("input", { type: "range", min: 0, max: control.texts.length - 1, step: 1 });
    input.value = control.start;
    return input;
  };

  const choice = (control) => {
    const options = control.texts.map((text, index) => element("option", { value: index }, text));
    const input = element("select", {}, ...options);
    input.value = control.start;
    return input;
  };

  const begin = (root) => {
    const inputs = data.controls.map((control) => (control.choice ? choice : slider)(control));
    const values = data.controls.map(() => element("output", {}));

    const show = () => {
      const at = inputs.reduce((index, input, i) => index * data.controls[i].texts.length + Number(input.value), 0);
      inputs.forEach((input, i) => {
        const text = data.controls[i].texts[Number(input.value)];
        if (!data.controls[i].choice) values[i].textContent = text;
        input.setAttribute("aria-valuetext", text);
      });
      root.querySelector(".course-picture").innerHTML = data.pictures[at].map((i) => data.pieces[i]).join("");
      root.querySelector(".course-says").textContent = data.says[at];
    };

    const rows = inputs.map((input, i) => {
      input.classList.add("course-control");
      // On the input itself: JupyterLab takes the arrow keys of any other element for itself.
      input.setAttribute("data-lm-suppress-shortcuts", "true");
      input.addEventListener("input", show);
      return element("label", {}, element("span", {}, data.controls[i].label), input, values[i]);
    });
    root.querySelector(".course-controls").replaceChildren(...rows);
    root.querySelector(".course-still").remove();
    show();
  };

  for (const root of document.querySelectorAll(`.course-explorer-${data.name}:not(.course-live):not([data-ready])`)) {
    root.dataset.ready = "yes";
    begin(root);
  }
})();
